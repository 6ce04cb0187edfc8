"""What a secretary may paste into the cell's chat group: how many have done a quiz, no names.

Everybody in the group knows about themselves, and some about each other. So a number is told only
where it points at nobody:

* in a cell of fewer than five members it is a remark about one or two people;
* nobody done: it says of each single one that they have not; one done: that one knows it of all the
  others;
* one left ("12/13"): twelve need only say "not me", and the thirteenth stands there alone.

Else the text says until when and offers help, which is what it is for. "Everybody has" blames
nobody and is told from two members on. Only members are counted, for only they are sure to be in
the group; forms have no such text at all.
"""

from datetime import datetime

from survey_app.formatting import spoken_moment
from survey_app.i18n import _, _n
from survey_app.invitations.participation import SMALL, Counts


def group_text(members: Counts, closes_at: datetime) -> str:
    """Return the text about an open quiz for the chat group of a cell with these members."""
    until = spoken_moment(closes_at)
    if members.base >= 2 and members.left == 0:
        return _n(
            "Cả %(n)s đồng chí trong chi bộ ta đã làm bài. Cảm ơn các đồng chí.", members.base
        )
    if not may_tell(members):
        return _("Bài thi mở đến %(until)s. Đồng chí nào cần giúp xin nhắn tôi.", until=until)
    return _(
        "Chi bộ ta đã có %(done)s/%(all)s đồng chí làm bài. Bài mở đến %(until)s. Ai cần giúp xin "
        "nhắn tôi.",
        done=members.done,
        all=members.base,
        until=until,
    )


def may_tell(members: Counts) -> bool:
    """Whether the number points at nobody in the group."""
    return members.base >= SMALL and members.done >= 2 and members.left >= 2
