"""The keys of sealed forms: there while they are needed, gone afterwards, private always."""

import stat
from collections.abc import Iterator

from sqlalchemy import select
from sqlalchemy.orm import Session

from survey_app.campaigns.models import Round
from survey_app.config import Settings
from survey_app.doctor.checks import Check, ok, problem, warning
from survey_app.feedback.keys import KeyCabinet
from survey_app.feedback.models import Urn
from survey_app.feedback.urn_words import advice
from survey_app.i18n import _

_OTHERS = stat.S_IRWXG | stat.S_IRWXO
_NEEDED = ("ready", "open")
_GONE = ("sealed", "lost", "discarded")


def look(session: Session, settings: Settings) -> Iterator[Check]:
    """Yield what is found of the keys' folder on this machine."""
    urns = session.execute(
        select(Round.slug, Urn.state, Urn.public_key, Urn.problem)
        .join(Round, Round.id == Urn.round_id)
        .order_by(Round.id)
    ).all()
    yield _folder(settings, needed=any(urn.state in _NEEDED for urn in urns))
    cabinet = KeyCabinet(settings.keys_path)
    found = [check for urn in urns for check in _urn(cabinet, *urn)]
    yield from found
    if not found:
        message = _("Khóa của các phiếu kín: còn đủ khi cần, đã hủy khi xong.")
        yield ok("keys.urns", message)


def _folder(settings: Settings, *, needed: bool) -> Check:
    folder, name = settings.keys_path, "keys.folder"
    if not folder.is_dir():
        if not needed:
            return ok(name, _("Chưa có phiếu kín nào cần khóa."), str(folder))
        message = _(
            "Không thấy thư mục khóa trên máy này. Nếu worker chạy ở máy khác, xin chạy lệnh này ở "
            "máy ấy; nếu không, xin gắn lại thư mục (SURVEY_KEYS_PATH)."
        )
        return problem(name, message, str(folder))
    if folder.stat().st_mode & _OTHERS:
        message = _(
            "Người khác trên máy đọc được. Xin chạy: %(command)s", command=f"chmod go= {folder}"
        )
        return problem(name, message, str(folder))
    if folder.is_relative_to(settings.instance_path):
        message = _(
            "Khóa của phiếu kín nằm trong thư mục dữ liệu: ai sao chép cả thư mục thì mở được "
            "phiếu. Xin dời ra ngoài và đặt lại SURVEY_KEYS_PATH."
        )
        return warning(name, message, "SURVEY_KEYS_PATH")
    return ok(name, _("Thư mục khóa chỉ chủ của nó đọc được."), str(folder))


def _urn(
    cabinet: KeyCabinet, slug: str, state: str, public_key: str, trouble: str | None
) -> Iterator[Check]:
    if trouble:
        yield problem("keys.urns", " ".join(advice(trouble)), slug)
        return
    is_here = cabinet.find(public_key) is not None
    if state in _NEEDED and not is_here:
        message = _(
            "Không có khóa của hòm phiếu này trên máy này. Nếu worker chạy ở máy khác, xin chạy "
            "lệnh này ở máy ấy; nếu không, phiếu đã gửi không ai mở được."
        )
        yield problem("keys.urns", message, slug)
    if state in _GONE and is_here:
        message = _(
            "Hòm phiếu đã xong mà khóa còn trên máy này. Worker hủy khóa trong vài giây; nếu khóa "
            "vẫn còn, xin xem quyền của thư mục khóa."
        )
        yield problem("keys.urns", message, slug)
