"""What the trial's pages call things, in both languages."""

from dataclasses import dataclass
from typing import Final

from survey_app.demo import cast
from survey_app.i18n import _, lazy

MEMBER_STATES: Final = {
    "not_started": lazy("Chưa làm bài"),
    "started": lazy("Đang làm dở"),
    "done": lazy("Đã nộp bài"),
    "form": lazy("Phiếu góp ý"),
}
TURNS: Final = {
    "hour": lazy("+1 giờ"),
    "morning": lazy("07 giờ 30 ngày mai"),
    "before_closing": lazy("5 phút trước khi đóng"),
    "closing": lazy("Đến lúc đóng"),
}


@dataclass(frozen=True)
class Card:
    """One role: its name, whose account it is, and what to try there in a minute."""

    key: str
    title: str
    name: str
    tries: tuple[str, ...]


def role_cards() -> list[Card]:
    """Return the staff roles of the sample, in the order of their cards."""
    titles = {
        "organiser": _("Người tổ chức"),
        "committee": _("Cấp ủy"),
        "secretary": _("Bí thư chi bộ"),
        "administrator": _("Quản trị"),
    }
    tries = _tries()
    return [
        Card(account.key, titles[account.key], account.name, tries[account.key])
        for account in cast.ACCOUNTS
    ]


def _tries() -> dict[str, tuple[str, ...]]:
    return {
        "organiser": (
            _("Xem “Việc cần làm”: ai không nhận được thư, ai chưa làm."),
            _("Vào “Bộ câu hỏi”, dán một đề từ Word."),
            _("Nhắc những người chưa làm Vòng 2."),
            _("Mở “Sổ biến động”: ai được miễn, ai chuyển chi bộ; còn một đề xuất chờ quyết định."),
            _("Mở phiếu góp ý 4/9, đọc duyệt ý kiến: chỗ có tên người được đánh dấu."),
        ),
        "committee": (
            _("Đọc một câu ở đầu bảng: bao nhiêu người, bao nhiêu chi bộ."),
            _("Mở “Trình chiếu” như trong phòng họp."),
            _("Mở “Tiến độ” và “Chi bộ báo cáo”: việc nào sắp tới, chi bộ nào chưa gửi."),
            _("Bấm “Tải báo cáo”, đọc bản nháp báo cáo sơ kết."),
            _("Xem kết quả phiếu góp ý 4/9: ba chi bộ ít người đứng chung một nhóm."),
        ),
        "secretary": (
            _("Chỉ thấy chi bộ của mình: mấy người đã làm, mấy người chưa."),
            _("Điểm danh buổi sinh hoạt 16/9: chạm một lần, rồi ghi người vắng."),
            _("Viết tiếp “Báo cáo của chi bộ” đang để nháp, rồi gửi."),
            _("Không thấy điểm, không thấy bài làm của ai."),
        ),
        "administrator": (
            _("Mở tài khoản cho một người, giao một vai."),
            _("Xem ai đang giữ vai nào."),
        ),
    }
