"""Settings, secrets, and who else on the machine can read the installation's folder."""

import stat
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

from survey_app.config import Settings
from survey_app.doctor.checks import Check, ok, problem, warning
from survey_app.i18n import _

_FEW_CHARACTERS = 10  # fewer different ones in a secret of 32: typed by hand, not drawn
_HAND_MADE = ("secret", "password", "changeme", "change-me", "mat-khau", "matkhau", "12345678")
_OTHERS = stat.S_IRWXG | stat.S_IRWXO
_LOOPBACK = ("127.0.0.1", "localhost", "::1")


def look(settings: Settings) -> Iterator[Check]:
    """Yield what is found of settings that could be read at all."""
    yield _kind(settings)
    yield _base_url(settings)
    yield _secrets(settings)
    yield from _folder(settings)


def _kind(settings: Settings) -> Check:
    reached_from_here = urlsplit(settings.base_url).hostname in _LOOPBACK
    if settings.development and not reached_from_here:
        return problem(
            "configuration.settings",
            _(
                "Đang chạy bản dùng thử (SURVEY_ENV=development) ở một địa chỉ mà người khác mở "
                "được: ai cũng vào được mọi vai trò. Xin đặt SURVEY_ENV=production."
            ),
            "SURVEY_ENV",
        )
    if settings.development:
        return ok("configuration.settings", _("Cài đặt đầy đủ. Đây là bản dùng thử trên máy này."))
    return ok("configuration.settings", _("Cài đặt đầy đủ."))


def _base_url(settings: Settings) -> Check:
    where = "SURVEY_BASE_URL"
    if not settings.secure:  # the settings refuse http anywhere but on loopback
        text = _(
            "Địa chỉ chỉ mở được trên máy này. Muốn mời người khác, xin đặt SURVEY_BASE_URL "
            "là địa chỉ https mà họ mở."
        )
        return ok("configuration.base_url", text, where)
    if not settings.behind_proxy:
        text = _(
            "Địa chỉ là https nhưng SURVEY_BEHIND_PROXY=0: mọi người như đến từ một máy. Nếu có "
            "máy chủ trung gian (nginx) đứng trước, xin đặt SURVEY_BEHIND_PROXY=1."
        )
        return warning("configuration.base_url", text, "SURVEY_BEHIND_PROXY")
    return ok("configuration.base_url", _("Người dùng mở bằng https."), where)


def _secrets(settings: Settings) -> Check:
    link_key = settings.link_key.decode("utf-8", "replace")
    named = [
        ("SURVEY_SECRET_KEY", settings.secret_key),
        ("SURVEY_LINK_KEY", link_key),
        *(("SURVEY_SECRET_KEY_FALLBACKS", key) for key in settings.secret_key_fallbacks),
    ]
    for name, value in named:
        if _is_weak(value):
            text = _(
                "Khóa này dễ đoán. Xin tạo khóa mới: %(command)s. Lưu ý: đổi SURVEY_LINK_KEY thì "
                "các liên kết cá nhân đã gửi không mở được nữa.",
                command='python3 -c "import secrets; print(secrets.token_urlsafe(48))"',
            )
            return problem("configuration.secrets", text, name)
    if settings.secret_key == link_key:
        text = _(
            "SURVEY_SECRET_KEY và SURVEY_LINK_KEY giống nhau. Xin đặt SURVEY_SECRET_KEY khác đi: "
            "khi ấy mọi người chỉ phải đăng nhập lại."
        )
        return problem("configuration.secrets", text, "SURVEY_SECRET_KEY")
    return ok("configuration.secrets", _("Các khóa bí mật đủ mạnh và khác nhau."))


def _is_weak(value: str) -> bool:
    plain = value.lower()
    few = len(value) < 32 or len(set(value)) < _FEW_CHARACTERS
    repeated = len(value) >= 2 and value in (value + value)[1:-1]
    return few or repeated or plain.startswith(_HAND_MADE)


def _folder(settings: Settings) -> Iterator[Check]:
    folder = settings.instance_path
    if not folder.is_dir():
        text = _("Không có thư mục dữ liệu. Xin chạy: %(command)s", command="flask db upgrade")
        yield problem("configuration.folder", text, str(folder))
        return
    open_ones = [path for path in _private(settings) if _others_may(path)]
    for path in open_ones:
        text = _(
            "Người khác trên máy đọc được. Xin chạy: %(command)s",
            command=f"chmod go= {path}",
        )
        yield problem("configuration.folder", text, str(path))
    if not open_ones:
        text = _("Thư mục dữ liệu chỉ chủ của nó đọc được.")
        yield ok("configuration.folder", text, str(folder))


def _private(settings: Settings) -> list[Path]:
    folder = settings.instance_path
    names = ("survey.env", "development-secret-key", "development-link-key", "survey.sqlite")
    return [path for path in (folder, *(folder / name for name in names)) if path.exists()]


def _others_may(path: Path) -> bool:
    return bool(path.stat().st_mode & _OTHERS)
