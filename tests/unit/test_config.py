"""Settings fail loudly, and name the variable."""

from pathlib import Path

import pytest

from survey_app.config import (
    Settings,
    SettingsError,
    load_settings,
    settings_in,
    settings_lines,
)


def environ(tmp_path: Path, **changes: str | None) -> dict[str, str]:
    values: dict[str, str | None] = {
        "INSTANCE_PATH": str(tmp_path),
        "BASE_URL": "https://khao-sat.so-mau.example",
        "SECRET_KEY": "s" * 40,
        "LINK_KEY": "l" * 40,
        "MAIL_DEFAULT_SENDER": "Mẫu <khao-sat@so-mau.example>",
        **changes,
    }
    return {f"SURVEY_{name}": value for name, value in values.items() if value is not None}


def load(tmp_path: Path, **changes: str | None) -> Settings:
    return load_settings(environ(tmp_path, **changes))


def test_a_complete_environment(tmp_path: Path) -> None:
    settings = load(tmp_path)
    assert settings.secure
    assert settings.database_url.endswith("survey.sqlite")
    assert settings.mail.rate_per_minute == 30
    assert settings.mail_domain == "so-mau.example"


@pytest.mark.parametrize(
    "name, value",
    [
        ("BASE_URL", "http://khao-sat.so-mau.example"),
        ("BASE_URL", "https://khao-sat.so-mau.example/thu-muc"),
        ("BASE_URL", None),
        ("SECRET_KEY", "short"),
        ("SECRET_KEY", None),
        ("LINK_KEY", None),
        ("ENV", "prod"),
        ("TIMEZONE", "Hanoi"),
        ("DATABASE_URL", "mysql://x"),
        ("MAIL_PORT", "smtp"),
        ("MAIL_PORT", "0"),
        ("MAIL_TIMEOUT", "-1"),
        ("MAIL_USE_TLS", "maybe"),
        ("MAIL_DEFAULT_SENDER", None),
        ("BEHIND_PROXY", "2"),
        ("COLOUR", "red"),
    ],
)
def test_what_is_wrong_is_named(tmp_path: Path, name: str, value: str | None) -> None:
    with pytest.raises(SettingsError, match=f"SURVEY_{name}"):
        load(tmp_path, **{name: value})


def test_both_kinds_of_encryption_exclude_each_other(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="exclude"):
        load(tmp_path, MAIL_USE_TLS="1", MAIL_USE_SSL="1")


def test_the_file_is_read_and_the_environment_wins(tmp_path: Path) -> None:
    (tmp_path / "survey.env").write_text(
        '# mẫu\nSURVEY_MAIL_PORT="2500"\nSURVEY_MAIL_TIMEOUT=9\n', encoding="utf-8"
    )
    settings = load(tmp_path, MAIL_TIMEOUT="7")
    assert (settings.mail.port, settings.mail.timeout) == (2500, 7.0)


def test_a_broken_line_of_the_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "survey.env").write_text("SURVEY_MAIL_PORT 25\n", encoding="utf-8")
    with pytest.raises(SettingsError, match="line 1"):
        load(tmp_path)


def test_secrets_are_in_no_printout(tmp_path: Path) -> None:
    printed = repr(load(tmp_path, MAIL_PASSWORD="geheim"))
    assert "geheim" not in printed
    assert "ssss" not in printed
    assert "llll" not in printed


def test_development_makes_its_own_secrets_once(tmp_path: Path) -> None:
    bare = {"SURVEY_INSTANCE_PATH": str(tmp_path), "SURVEY_ENV": "development"}
    first, second = load_settings(bare), load_settings(bare)
    assert first.secret_key == second.secret_key != first.link_key.decode()
    assert first.mail.rate_per_minute == 0


def test_the_folder_that_a_trial_makes_is_its_owners_alone(tmp_path: Path) -> None:
    folder = tmp_path / "instance"
    load_settings({"SURVEY_INSTANCE_PATH": str(folder), "SURVEY_ENV": "development"})
    assert folder.stat().st_mode & 0o077 == 0


def test_a_quote_that_belongs_to_a_value_stays(tmp_path: Path) -> None:
    (tmp_path / "survey.env").write_text(
        "SURVEY_MAIL_PASSWORD=it's'\nSURVEY_MAIL_USERNAME='mẫu'\n", encoding="utf-8"
    )
    mail = load(tmp_path).mail
    assert (mail.username, mail.password) == ("mẫu", "it's'")


def test_settings_written_as_lines_are_read_as_they_were(tmp_path: Path) -> None:
    given = load(
        tmp_path,
        SECRET_KEY_FALLBACKS=f"{'a' * 40} {'b' * 40}",
        TIMEZONE="Asia/Bangkok",
        BEHIND_PROXY="1",
        WORKER_TICK_SECONDS="0.5",
        MAIL_SERVER="thu.so-mau.example",
        MAIL_PORT="587",
        MAIL_USE_TLS="1",
        MAIL_USERNAME="khao-sat",
        MAIL_PASSWORD="\"it's # a 'secret'\"",
        MAIL_DEFAULT_SENDER='"Sở, phòng" <khao-sat@so-mau.example>',
        MAIL_RATE_PER_MINUTE="0",
        MAIL_TIMEOUT="7.5",
    )
    (tmp_path / "survey.env").write_text("\n".join(settings_lines(given)), encoding="utf-8")
    assert load_settings({"SURVEY_INSTANCE_PATH": str(tmp_path)}) == given


def test_what_belongs_to_the_machine_is_in_no_line(tmp_path: Path) -> None:
    given = load(tmp_path, DATABASE_URL="postgresql://ai:mat-khau@may/ten", KEYS_PATH="/khoa")
    lines = "\n".join(settings_lines(given))
    assert "mat-khau" not in lines and "/khoa" not in lines and str(tmp_path) not in lines


@pytest.mark.parametrize("env", ["production", "development"])
def test_settings_in_a_text_are_read_without_a_file(tmp_path: Path, env: str) -> None:
    settings = load(tmp_path / "first", ENV=env)
    text = "\n".join(settings_lines(settings))
    folder = tmp_path / "second"
    again = settings_in(text, folder)
    assert (again.link_key, again.mail, again.instance_path) == (
        settings.link_key,
        settings.mail,
        folder,
    )
    for line in text.splitlines():
        if "_KEY=" in line:
            with pytest.raises(SettingsError, match=line.partition("=")[0]):
                settings_in(text.replace(line, ""), folder)
    assert not folder.exists(), "no key was made up for it"
