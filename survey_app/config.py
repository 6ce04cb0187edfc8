"""Settings from the environment and `instance/survey.env`: typed, complete, loud when wrong."""

import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

_LOOPBACK = {"127.0.0.1", "localhost", "::1"}


class SettingsError(Exception):
    """A setting is missing, unknown or wrong; the message names the variable."""


@dataclass(frozen=True)
class MailSettings:
    """Where mail is handed over. Meanings are those of Flask-Mail."""

    server: str = "localhost"
    port: int = 25
    use_tls: bool = False
    use_ssl: bool = False
    username: str | None = None
    password: str | None = field(default=None, repr=False)
    default_sender: str = ""
    rate_per_minute: int = 30
    timeout: float = 20.0


@dataclass(frozen=True)
class Settings:
    """Everything the installation can be told, checked once at the start."""

    instance_path: Path
    database_url: str
    base_url: str
    secret_key: str = field(repr=False)
    link_key: bytes = field(repr=False)
    keys_path: Path
    mail: MailSettings
    secret_key_fallbacks: tuple[str, ...] = field(default=(), repr=False)
    development: bool = False
    timezone: str = "Asia/Ho_Chi_Minh"
    behind_proxy: bool = False
    worker_tick_seconds: float = 5.0

    @property
    def secure(self) -> bool:
        """Whether users reach us over https."""
        return self.base_url.startswith("https:")

    @property
    def mail_domain(self) -> str:
        """The domain of Message-IDs: that of the sender's address."""
        return self.mail.default_sender.rpartition("@")[2].rstrip("> ") or "localhost"


_NAMES = frozenset(
    """DATABASE_URL BASE_URL SECRET_KEY SECRET_KEY_FALLBACKS LINK_KEY ENV INSTANCE_PATH KEYS_PATH
    TIMEZONE MAIL_SERVER MAIL_PORT MAIL_USE_TLS MAIL_USE_SSL MAIL_USERNAME MAIL_PASSWORD
    MAIL_DEFAULT_SENDER MAIL_RATE_PER_MINUTE MAIL_TIMEOUT BEHIND_PROXY
    WORKER_TICK_SECONDS""".split()
)


class _Reader:
    def __init__(self, values: Mapping[str, str]) -> None:
        self.values = values

    def text(self, name: str, default: str = "") -> str:
        return self.values.get(f"SURVEY_{name}", default).strip()

    def flag(self, name: str) -> bool:
        value = self.text(name, "0").lower()
        if value not in {"0", "1", "true", "false", "yes", "no", ""}:
            raise SettingsError(f"SURVEY_{name}: 0 or 1 is expected, not {value!r}.")
        return value in {"1", "true", "yes"}

    def number(self, name: str, default: float, low: float, high: float) -> float:
        value = self.text(name, str(default))
        try:
            result = float(value)
        except ValueError:
            raise SettingsError(f"SURVEY_{name}: a number is expected, not {value!r}.") from None
        if not low <= result <= high:
            raise SettingsError(f"SURVEY_{name}: must lie between {low:g} and {high:g}.")
        return result


def load_settings(environ: Mapping[str, str] | None = None) -> Settings:
    """Read, check and return the settings.

    Raises:
        SettingsError: a `SURVEY_*` name is unknown, or a value is missing or wrong.
    """
    environ = os.environ if environ is None else environ
    own = {name: value for name, value in environ.items() if name.startswith("SURVEY_")}
    instance = instance_folder(environ)
    return _checked({**_read_env_file(instance / "survey.env"), **own}, instance)


def settings_in(text: str, instance: Path) -> Settings:
    """Return the settings that `text`, in the form of a `survey.env`, gives to a folder by itself.

    Nothing is written; not even a trial's keys are made up.

    Raises:
        SettingsError: a line or a name is unknown, or a value is missing or wrong.
    """
    values = _env_values(text)
    for name in ("SURVEY_SECRET_KEY", "SURVEY_LINK_KEY"):
        if not values.get(name, "").strip():
            raise SettingsError(f"{name} is missing.")
    return _checked(values, instance)


def instance_folder(environ: Mapping[str, str]) -> Path:
    """Return the folder of database, settings and locks that `environ` names, or the usual one."""
    root = Path(__file__).resolve().parent.parent
    return Path(environ.get("SURVEY_INSTANCE_PATH") or root / "instance").resolve()


def settings_lines(settings: Settings) -> list[str]:
    """Return the settings in force as lines of `survey.env`, secrets included.

    Left out is what belongs to the machine and not to the installation: the database's address
    and the folders.
    """
    mail = settings.mail
    values: dict[str, object] = {
        "ENV": "development" if settings.development else "production",
        "BASE_URL": settings.base_url,
        "SECRET_KEY": settings.secret_key,
        "SECRET_KEY_FALLBACKS": " ".join(settings.secret_key_fallbacks),
        "LINK_KEY": settings.link_key.decode(),
        "TIMEZONE": settings.timezone,
        "BEHIND_PROXY": int(settings.behind_proxy),
        "WORKER_TICK_SECONDS": settings.worker_tick_seconds,
        "MAIL_SERVER": mail.server,
        "MAIL_PORT": mail.port,
        "MAIL_USE_TLS": int(mail.use_tls),
        "MAIL_USE_SSL": int(mail.use_ssl),
        "MAIL_USERNAME": mail.username or "",
        "MAIL_PASSWORD": mail.password or "",
        "MAIL_DEFAULT_SENDER": mail.default_sender,
        "MAIL_RATE_PER_MINUTE": mail.rate_per_minute,
        "MAIL_TIMEOUT": mail.timeout,
    }
    return [f'SURVEY_{name}="{value}"' for name, value in values.items() if value != ""]


def _checked(values: Mapping[str, str], instance: Path) -> Settings:
    unknown = sorted(name for name in values if name.removeprefix("SURVEY_") not in _NAMES)
    if unknown:
        raise SettingsError(f"{unknown[0]}: there is no such setting (see docs/operations.md).")
    return _build(_Reader(values), instance)


def _build(read: _Reader, instance: Path) -> Settings:
    env = read.text("ENV", "production")
    if env not in {"production", "development"}:
        raise SettingsError("SURVEY_ENV: production or development is expected.")
    development = env == "development"
    timezone = read.text("TIMEZONE", "Asia/Ho_Chi_Minh")
    try:
        ZoneInfo(timezone)
    except (ZoneInfoNotFoundError, ValueError, IsADirectoryError):
        raise SettingsError(f"SURVEY_TIMEZONE: {timezone!r} is no known time zone.") from None
    return Settings(
        instance_path=instance,
        database_url=_database_url(read, instance),
        base_url=_base_url(read, development),
        secret_key=_secret(read, "SECRET_KEY", instance, development),
        secret_key_fallbacks=tuple(read.text("SECRET_KEY_FALLBACKS").split()),
        link_key=_secret(read, "LINK_KEY", instance, development).encode(),
        keys_path=Path(read.text("KEYS_PATH") or instance.parent / "urn-keys"),
        mail=_mail(read, development),
        development=development,
        timezone=timezone,
        behind_proxy=read.flag("BEHIND_PROXY"),
        worker_tick_seconds=read.number("WORKER_TICK_SECONDS", 1 if development else 5, 0.05, 3600),
    )


def _read_env_file(path: Path) -> dict[str, str]:
    return _env_values(path.read_text(encoding="utf-8")) if path.is_file() else {}


def _env_values(text: str) -> dict[str, str]:
    values: dict[str, str] = {}
    for number, line in enumerate(text.splitlines(), 1):
        line = line.strip()
        if not line or line.startswith("#"):
            continue
        name, equals, value = line.partition("=")
        if not equals or not name.strip().startswith("SURVEY_"):
            raise SettingsError(f"survey.env, line {number}: SURVEY_NAME=value is expected.")
        values[name.strip()] = _unquoted(value.strip())
    return values


def _unquoted(value: str) -> str:
    """Take off one pair of quotes; a quote that is part of a password or a name stays."""
    quoted = len(value) > 1 and value[0] == value[-1] and value[0] in "\"'"
    return value[1:-1] if quoted else value


def _database_url(read: _Reader, instance: Path) -> str:
    url = read.text("DATABASE_URL") or f"sqlite:///{instance / 'survey.sqlite'}"
    if url == "sqlite:///instance/survey.sqlite":
        return f"sqlite:///{instance / 'survey.sqlite'}"
    if not url.startswith(("sqlite:///", "postgresql://", "postgresql+psycopg://")):
        raise SettingsError("SURVEY_DATABASE_URL: sqlite:///… or postgresql://… is expected.")
    return url.replace("postgresql://", "postgresql+psycopg://", 1)


def _base_url(read: _Reader, development: bool) -> str:
    url = read.text("BASE_URL", "http://127.0.0.1:8000" if development else "").rstrip("/")
    if not url:
        raise SettingsError("SURVEY_BASE_URL is missing: the https address that users open.")
    parts = urlsplit(url)
    loopback = parts.scheme == "http" and parts.hostname in _LOOPBACK
    if not parts.hostname or parts.path or not (parts.scheme == "https" or loopback):
        raise SettingsError("SURVEY_BASE_URL: https://host is expected (http only on loopback).")
    return url


def _secret(read: _Reader, name: str, instance: Path, development: bool) -> str:
    value = read.text(name)
    if value:
        if len(value) < 32:
            raise SettingsError(f"SURVEY_{name}: at least 32 characters are needed.")
        return value
    if not development:
        raise SettingsError(
            f"SURVEY_{name} is missing. Make one: "
            'python3 -c "import secrets; print(secrets.token_urlsafe(48))"'
        )
    return _development_secret(instance / f"development-{name.lower().replace('_', '-')}")


def _development_secret(path: Path) -> str:
    # The installation's folder begins here, and its database holds people.
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(secrets.token_urlsafe(48))
    except FileExistsError:
        pass
    return path.read_text(encoding="utf-8")


def _mail(read: _Reader, development: bool) -> MailSettings:
    sender = read.text("MAIL_DEFAULT_SENDER") or (
        "Khảo sát (bản dùng thử) <khao-sat@so-mau.example>" if development else ""
    )
    if "@" not in sender:
        raise SettingsError("SURVEY_MAIL_DEFAULT_SENDER is missing: Name <address@host>.")
    if read.flag("MAIL_USE_TLS") and read.flag("MAIL_USE_SSL"):
        raise SettingsError("SURVEY_MAIL_USE_TLS and SURVEY_MAIL_USE_SSL exclude each other.")
    return MailSettings(
        server=read.text("MAIL_SERVER", "127.0.0.1"),
        port=int(read.number("MAIL_PORT", 2525 if development else 25, 1, 65535)),
        use_tls=read.flag("MAIL_USE_TLS"),
        use_ssl=read.flag("MAIL_USE_SSL"),
        username=read.text("MAIL_USERNAME") or None,
        password=read.text("MAIL_PASSWORD") or None,
        default_sender=sender,
        rate_per_minute=int(
            read.number("MAIL_RATE_PER_MINUTE", 0 if development else 30, 0, 100000)
        ),
        timeout=read.number("MAIL_TIMEOUT", 20, 0.1, 600),
    )
