"""What urns' states and troubles are called, and what to do about them."""

from survey_app.i18n import _


def urn_words(state: str | None) -> str:
    """Return the state of an urn in a sentence; `None`: the round has none yet."""
    words = {
        None: _("Chưa có khóa. Tiến trình nền (worker) tạo khóa trong vài giây."),
        "ready": _("Đã có khóa, chưa nhận phiếu."),
        "open": _("Đang giữ phiếu niêm phong; không trang nào, không tài khoản nào đọc được."),
        "counted": _("Đã kiểm phiếu, phiếu gốc đã xóa; đang hủy khóa."),
        "sealed": _("Đã kiểm phiếu, phiếu gốc đã xóa, khóa đã hủy."),
        "lost": _("Hòm phiếu đã mất: không ai mở được phiếu của đợt này nữa."),
        "discarded": _("Đợt góp ý đã hủy: phiếu đã nhận bị bỏ, không ai đọc."),
    }
    return words[state]


def advice(problem: str | None) -> tuple[str, ...]:
    """Return what a trouble means and then what to do about it, sentence by sentence."""
    if problem == "key_missing":
        return (
            _("Không thấy khóa của hòm phiếu trên máy chạy tiến trình nền (worker)."),
            _("Trong lúc này hòm phiếu không nhận phiếu. Các phiếu đã nhận vẫn còn nguyên."),
            _(
                "Xin xem thư mục khóa (SURVEY_KEYS_PATH) có được gắn vào máy không. Có lại khóa "
                "thì mọi việc tự chạy tiếp trong vài giây."
            ),
            _("Mất khóa thì không ai mở được phiếu của đợt này."),
        )
    if problem == "counts_differ":
        return (
            _("Số phiếu trong hòm không bằng số người đã gửi, nên chưa kiểm phiếu."),
            _(
                "Người dùng không gây ra được việc này: dữ liệu hỏng, hoặc có người đã sửa "
                "cơ sở dữ liệu."
            ),
            _(
                "Xin giữ nguyên hiện trạng, báo người quản trị, so với bản sao lưu. Nếu không có "
                "bản nào khớp thì chỉ còn cách khai báo mất hòm phiếu và mở đợt mới."
            ),
        )
    if problem == "damaged":
        return (
            _("Có phiếu không mở được bằng khóa của hòm, nên chưa kiểm phiếu."),
            _("Đĩa hỏng hoặc có người đã sửa cơ sở dữ liệu."),
            _(
                "Xin giữ nguyên hiện trạng, báo người quản trị, so với bản sao lưu. Nếu không có "
                "bản nào khớp thì chỉ còn cách khai báo mất hòm phiếu và mở đợt mới."
            ),
        )
    return ()
