"""How the differences of an import are said."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from survey_app import formatting
from survey_app.i18n import _, _n
from survey_app.people import planning


def kind_words(kind: str | None) -> str:
    """The word for a kind of person."""
    return {"party_member": _("đảng viên"), "non_member": _("quần chúng")}.get(kind or "", "–")


def membership_words(kind: str) -> str:
    """The word for how somebody belongs to a cell."""
    return {
        "official": _("sinh hoạt chính thức"),
        "temporary": _("sinh hoạt tạm thời"),
        "attached": _("gắn với chi bộ"),
    }[kind]


def change_kind_words(kind: str) -> str:
    """The word for what was changed by hand about a person."""
    return {
        "moved": _("chuyển chi bộ"),
        "kind_changed": _("đổi đối tượng"),
        "left": _("thôi sinh hoạt"),
        "merged": _("gộp hai dòng của một người"),
    }[kind]


def outcome_words(outcome: str) -> str:
    """The word for what a line does."""
    return {
        planning.ADDED: _("thêm mới"),
        planning.CHANGED: _("sửa thông tin"),
        planning.MOVED: _("chuyển chi bộ"),
        planning.UNCHANGED: _("không đổi"),
        planning.REJECTED: _("chưa nhập được"),
        planning.ASK: _("cần chọn"),
        planning.MISSING: _("không có trong tệp"),
    }[outcome]


def field_words(name: str) -> str:
    """The word for a field."""
    return {
        "full_name": _("họ tên"),
        "kind": _("đối tượng"),
        "probationary": _("dự bị"),
        "birth_date": _("ngày sinh"),
        "birth_year": _("năm sinh"),
        "member_code": _("mã cán bộ"),
        "position": _("chức vụ"),
        "unit": _("đơn vị"),
        "email": _("địa chỉ thư"),
        "phone": _("điện thoại"),
        "cell": _("chi bộ"),
    }[name]


def value_words(name: str, value: Any) -> str:
    """A value as people write it."""
    if value is None:
        return "–"
    if isinstance(value, bool):
        return _("có") if value else _("không")
    if isinstance(value, date):
        return formatting.day(value)
    return kind_words(value) if name == "kind" else str(value)


def change_words(changes: Mapping[str, tuple[Any, Any]]) -> list[str]:
    """One phrase per change: field, before, after."""
    return [
        f"{field_words(name)}: {value_words(name, before)} → {value_words(name, after)}"
        for name, (before, after) in changes.items()
        if not (name == "birth_year" and "birth_date" in changes)
    ]


def count_words(counts: Mapping[str, int]) -> str:
    """All numbers of an import in one sentence; those that are 0 are left out."""
    said = [
        _n("thêm %(n)s người", counts["added"]) if counts["added"] else "",
        _n("sửa %(n)s người", counts["changed"]) if counts["changed"] else "",
        _n("chuyển chi bộ %(n)s người", counts["moved"]) if counts["moved"] else "",
        _n("giữ nguyên %(n)s người", counts["unchanged"]) if counts["unchanged"] else "",
        _n("%(n)s dòng chưa nhập được", counts["rejected"]) if counts["rejected"] else "",
        _n("%(n)s người không có trong tệp, vẫn giữ", counts["missing"])
        if counts["missing"]
        else "",
    ]
    words = "; ".join(part for part in said if part) or _("không có gì")
    return words[0].upper() + words[1:] + "."


def you_word(form_of_address: str | None, kind: str) -> str:
    """Return how sentences call somebody, by wish or kind; speak their locale first."""
    if form_of_address:
        return form_of_address
    return _("đồng chí") if kind == "party_member" else _("anh/chị")
