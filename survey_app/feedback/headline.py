"""The results of a form in one sentence that can be read aloud. Pure."""

from survey_app import formatting
from survey_app.feedback.results import ItemResult, Results
from survey_app.i18n import _, _n

_MANY_POINTS = 4  # from here on the best two points of a scale are told together
_AS_MANY = 3  # so many wishes that as many people have are named


def headline(found: Results) -> str:
    """Return the sentence; before the count, and where nothing may be told, it says so."""
    if found.state == "waiting":
        return _("Kết quả mở sau khi đếm.")
    if found.state == "lost":
        return _("Hòm phiếu này đã mất khóa, phiếu không đọc được nữa nên không có kết quả.")
    if found.sent is None:
        return _n(
            "Có ít hơn %(n)s phiếu gửi qua mạng nên không có kết quả nào được hiện.", found.least
        )
    said = [_sent(found), _first_rating(found), _wish(found)]
    return f"{'; '.join(part for part in said if part)}."


def tally_sentence(found: Results) -> str:
    """Return for the minutes that there are as many forms as people who have sent one."""
    if found.sent is None:
        return ""
    sent = formatting.number(found.sent)
    return _("%(sent)s phiếu trong hòm, %(sent)s người đã gửi: khớp.", sent=sent)


def _sent(found: Results) -> str:
    if not found.invited:
        return _n("%(n)s phiếu đã gửi", found.sent or 0)
    values = {
        "sent": formatting.number(found.sent or 0),
        "invited": formatting.number(found.invited),
        "rate": formatting.percent(found.rate),
    }
    if found.members_only:
        return _("%(sent)s/%(invited)s đảng viên (%(rate)s) đã gửi phiếu", **values)
    return _("%(sent)s/%(invited)s người được mời (%(rate)s) đã gửi phiếu", **values)


def _first_rating(found: Results) -> str:
    """Say what share gave the first points of the first scale: on ours, the best."""
    item = next((one for one in found.items if one.kind == "ordered" and one.whole), None)
    if item is None or item.whole is None:
        return ""
    points = [line for line in item.whole.lines if line.tone is not None]
    first = points[: 2 if len(points) >= _MANY_POINTS else 1]
    rate = sum(line.count for line in first) / item.whole.base
    return _(
        "%(rate)s trả lời %(levels)s ở câu “%(question)s”",
        rate=formatting.percent(rate),
        levels=_(" hoặc ").join(f"“{line.label}”" for line in first),
        question=item.name,
    )


def _wish(found: Results) -> str:
    item: ItemResult | None = next((one for one in found.wishes if one.most_chosen), None)
    if item is None:
        return ""
    most = item.most_chosen[:_AS_MANY]
    return _(
        "mong muốn nhiều nhất: %(wishes)s (%(rate)s)",
        wishes=", ".join(line.label for line in most),
        rate=formatting.percent(most[0].rate),
    )
