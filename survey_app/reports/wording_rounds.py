"""The sentences on who took part: quizzes, study sessions, anonymous forms. Pure.

Members and others stand apart, people and attempts too; rates are those of the sums.
"""

from collections.abc import Sequence
from itertools import combinations, pairwise

from survey_app.i18n import _
from survey_app.reports import counting
from survey_app.reports.counting import Table
from survey_app.reports.document import FormRound, QuizRound, ScoreBand
from survey_app.reports.phrases import (
    count,
    joined,
    paper_day,
    paper_moment,
    percent,
    rate,
    sentence,
    share,
    some,
)


def quiz(round_: QuizRound) -> list[str]:
    """Who took part in one round: members and others apart, people and attempts apart."""
    parts = []
    member = counting.turnout_of(round_, counting.MEMBER)
    other = counting.turnout_of(round_, counting.OTHER)
    if member.invited:
        parts.append(_("%(share)s đảng viên (%(rate)s)", **_turnout(member)))
    if other.invited:
        parts.append(_("%(share)s quần chúng, CCVCLĐ (%(rate)s)", **_turnout(other)))
    if not parts:
        return []
    texts = [
        _(
            "Bài thi tìm hiểu trực tuyến “%(title)s” (%(from)s - %(to)s): %(who)s đã làm bài, qua "
            "%(attempts)s lượt.",
            **{"title": round_.title, "from": paper_day(round_.opens_at)},
            to=paper_day(round_.closes_at),
            who=joined(parts),
            attempts=count(member.attempts + other.attempts),
        )
    ]
    exempt = member.exempt + other.exempt
    if exempt:
        texts.append(_("Có %(n)s người được miễn, không tính vào tỷ lệ.", n=count(exempt)))
    if round_.state not in counting.OVER:
        texts.append(_("Vòng này còn mở đến %(moment)s.", moment=paper_moment(round_.closes_at)))
    return [" ".join([*texts, *scores(round_)])]


def _turnout(found: counting.Turnout) -> dict[str, str]:
    return {"share": share(found.done, found.base), "rate": percent(found.rate)}


def scores(round_: QuizRound) -> list[str]:
    """How many people reached which scores, of everybody together; only bands that may be told."""
    bands = few_bands([band for band in round_.score_bands if band.people])
    if not bands:
        return []
    parts = [
        _("từ %(low)s đến %(high)s câu: %(n)s người", low=b.low, high=b.high, n=count(b.people))
        if b.low != b.high
        else _("%(low)s câu: %(n)s người", low=b.low, n=count(b.people))
        for b in bands
    ]
    return [sentence(_("Số câu đúng, tính chung: %(bands)s", bands="; ".join(parts)))]


def few_bands(bands: Sequence[ScoreBand], most: int = 3) -> list[ScoreBand]:
    """Return neighbours put together to `most` bands, so that the largest is as small as can be.

    A sum of bands that may be told may be told as well.
    """
    if len(bands) <= most:
        return list(bands)
    ways = (
        [bands[start:end] for start, end in pairwise((0, *cuts, len(bands)))]
        for cuts in combinations(range(1, len(bands)), most - 1)
    )
    best = min(ways, key=lambda way: max(sum(band.people for band in part) for part in way))
    return [
        ScoreBand(low=part[0].low, high=part[-1].high, people=sum(band.people for band in part))
        for part in best
    ]


def study(table: Table) -> list[str]:
    """Study sessions with attendance, of the cells that recorded any."""
    held = [line for line in table.cells if line.sessions]
    if not held:
        return [_("Chưa chi bộ nào có số liệu về buổi sinh hoạt chuyên đề.")]
    rows = [line.sessions for line in held if line.sessions]
    present, expected = sum(r.present for r in rows), sum(r.expected for r in rows)
    text = _(
        "Có %(share)s chi bộ đã tổ chức %(n)s buổi sinh hoạt chuyên đề.",
        share=share(len(held), len(table.cells)),
        n=count(sum(r.sessions for r in rows)),
    )
    if expected:
        text += " " + _(
            "Có mặt %(share)s lượt người (%(rate)s).",
            share=share(present, expected),
            rate=rate(present, expected),
        )
    apart = [
        (_("vắng có lý do %(n)s"), sum(r.excused for r in rows)),
        (_("vắng %(n)s"), sum(r.absent for r in rows)),
        (_("đi công tác %(n)s"), sum(r.on_duty for r in rows)),
    ]
    if any(number for _words, number in apart):
        said = [words % {"n": count(number)} for words, number in apart if number]
        text += " " + sentence(", ".join(said))
    papers = sum(r.reflections for r in rows)
    if papers:
        text += " " + _("Đã nộp %(n)s bản thu hoạch.", n=count(papers))
    missing = [line for line in table.cells if not line.sessions]
    if missing:
        text += " " + sentence(_("Chưa có số liệu: %(cells)s", cells=some(missing)))
    return [text]


def form(found: FormRound) -> list[str]:
    """The turnout of one anonymous form, no more than anybody may know."""
    if found.sent is None:
        return []
    if found.at_least:
        return [
            _(
                "Phiếu góp ý không ghi tên “%(title)s” đang mở: đã nhận ít nhất %(n)s phiếu.",
                title=found.title,
                n=count(found.sent),
            )
        ]
    return [
        _(
            "Phiếu góp ý không ghi tên “%(title)s”: %(n)s phiếu trên %(invited)s người được mời "
            "(%(rate)s).",
            title=found.title,
            n=count(found.sent),
            invited=count(found.invited),
            rate=rate(found.sent, found.invited),
        )
    ]
