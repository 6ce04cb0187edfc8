"""An organisation of any size with one open round half done and one before it, in a few statements.

Rows are as the product leaves them, but papers and answers are empty: the board does not look at
them, and a million would fill the disk.
"""

from datetime import timedelta

from sqlalchemy import insert, text
from sqlalchemy.orm import Session

from survey_app import clock
from survey_app.campaigns.models import Campaign, Round
from survey_app.formatting import today
from survey_app.people.models import Cell, CellName
from tests.factories_rounds import make_campaign, make_round, make_version

CELLS = 500
_NUMBERS = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < :people)"
_PEOPLE = """
    INSERT INTO person (public_id, full_name, search_name, sort_name, email, address_state, kind,
        locale, wants_reminders, probationary, is_sample, created_at, updated_at)
    {numbers} SELECT 'p' || i, 'Nguyễn Văn ' || i, 'nguyen van ' || i, 'van nguyen ' || i,
        'nguoi' || i || '@so-mau.example', 'ok',
        CASE WHEN i / 500 % 3 = 0 THEN 'non_member' ELSE 'party_member' END, 'vi', TRUE,
        FALSE, FALSE, :now, :now
    FROM n
"""
_INVITATIONS = """
    INSERT INTO invitation (public_id, round_id, person_id, round_cell_id, is_done, is_started,
        is_exempt, is_undeliverable, is_mailed, done_on, created_at)
    SELECT 'i' || p.id, :round, p.id, c.id, p.place % 10 < 6, p.place % 10 < 7, p.place % 10 = 8,
        p.place % 10 = 9, p.place % 10 <> 9, CASE WHEN p.place % 10 < 6 THEN {day} END, :now
    FROM (SELECT id, kind, CAST(substr(public_id, 2) AS INTEGER) / 500 AS place,
        CAST(substr(public_id, 2) AS INTEGER) % 500 AS cell FROM person) p
    JOIN round_cell c ON c.round_id = :round AND c.kind = p.kind AND c.position = p.cell
"""
_ATTEMPTS = """
    INSERT INTO attempt (public_id, invitation_id, attempt_no, state, version_id, paper, answers,
        revision, started_at, deadline, submitted_at, receipt, channel, round_cell_id)
    SELECT 'a' || i.id || '-' || t.number, i.id, t.number, 'submitted', :version, '[]', '{{}}', 1,
        :now, :now, {moment}, 'ABCD-2345', 'link', i.round_cell_id
    FROM invitation i
    JOIN (SELECT 1 AS number UNION ALL SELECT 2 UNION ALL SELECT 3) t
        ON t.number <= 2 + i.id % 2
    WHERE i.is_done
"""
_COUNTS = (
    """INSERT INTO grading (attempt_id, version_id, score, max_score, right_count, question_count,
        reason, graded_at)
    SELECT id, version_id, id % 21, 20, id % 21, 20, 'submitted', submitted_at FROM attempt""",
    """UPDATE round_cell SET
        invited = coalesce(k.invited, 0), done = coalesce(k.done, 0),
        started = coalesce(k.started, 0), exempt = coalesce(k.exempt, 0),
        undeliverable = coalesce(k.undeliverable, 0), mailed = coalesce(k.mailed, 0)
    FROM (SELECT round_cell_id, count(*) AS invited, sum(CASE WHEN is_done THEN 1 ELSE 0 END) AS
            done, sum(CASE WHEN is_started AND NOT is_done THEN 1 ELSE 0 END) AS started,
            sum(CASE WHEN is_exempt THEN 1 ELSE 0 END) AS exempt,
            sum(CASE WHEN is_undeliverable THEN 1 ELSE 0 END) AS undeliverable,
            sum(CASE WHEN is_mailed THEN 1 ELSE 0 END) AS mailed
        FROM invitation GROUP BY round_cell_id) k
    WHERE k.round_cell_id = round_cell.id""",
    """UPDATE round_cell SET attempts = k.number
    FROM (SELECT round_cell_id, count(*) AS number FROM attempt GROUP BY round_cell_id) k
    WHERE k.round_cell_id = round_cell.id""",
    """INSERT INTO round_day (round_cell_id, day, done)
    SELECT round_cell_id, done_on, count(*) FROM invitation
    WHERE done_on IS NOT NULL GROUP BY round_cell_id, done_on""",
    """INSERT INTO round_cell (round_id, cell_id, kind, name, group_name, position, invited, done,
        started, exempt, undeliverable, attempts, mailed)
    SELECT :before, cell_id, kind, name, group_name, position, invited, invited / 2, 0, 0, 0,
        invited / 2, invited FROM round_cell WHERE round_id = :round""",
    "ANALYZE",
)


def fill(session: Session, people: int) -> tuple[str, int]:
    """Add everything; return the slug and the number of the open round."""
    campaign = make_campaign(session)
    before, round_ = _rounds(session, campaign)
    _cells(session, round_.id)
    now = clock.now()
    day = today(now)
    is_sqlite = session.get_bind().dialect.name == "sqlite"
    # Seven days, the moment of an attempt on the day its person became done.
    words = {"numbers": _NUMBERS}
    if is_sqlite:
        words["day"] = "date(:day, '-' || (p.place % 7) || ' days')"
        words["moment"] = "i.done_on || ' 03:00:00.000000'"
    else:
        words["day"] = "CAST(:day AS date) - p.place % 7"
        words["moment"] = "CAST(i.done_on || ' 03:00:00+00' AS timestamptz)"
    values = {
        "people": people,
        "now": f"{now:%Y-%m-%d %H:%M:%S.%f}" if is_sqlite else now,
        "day": f"{day}" if is_sqlite else day,
        "round": round_.id,
        "before": before.id,
        "version": round_.version_id,
    }
    for statement in (_PEOPLE, _INVITATIONS, _ATTEMPTS, *_COUNTS):
        session.execute(text(statement.format(**words)), values)
    return round_.slug, round_.id


def _rounds(session: Session, campaign: Campaign) -> tuple[Round, Round]:
    version = make_version(session, questions=20)
    now = clock.now()
    made = []
    for title, opened, closes in (
        ("Tuần 1", now - timedelta(days=20), now - timedelta(days=10)),
        ("Tuần 2", now - timedelta(days=7), now + timedelta(days=2)),
    ):
        round_ = make_round(
            session,
            campaign=campaign,
            version=version,
            title=title,
            opens_at=opened,
            closes_at=closes,
            attempts_allowed=3,
        )
        round_.state = "open" if closes > now else "finalised"
        round_.launched_at = opened
        round_.version_id = version.id
        made.append(round_)
    session.flush()
    return made[0], made[1]


def _cells(session: Session, round_id: int) -> None:
    now = clock.now()
    cells = [
        {"slug": f"chi-bo-{place}", "position": place, "created_at": now} for place in range(CELLS)
    ]
    ids = session.scalars(insert(Cell).returning(Cell.id, sort_by_parameter_order=True), cells)
    named = [
        {"cell_id": cell_id, "name": f"Chi bộ Đội quản lý số {place}"}
        for place, cell_id in enumerate(ids)
    ]
    session.execute(insert(CellName), named)
    session.execute(
        text(
            """
            INSERT INTO round_cell (round_id, cell_id, kind, name, position, invited, done,
                started, exempt, undeliverable, attempts, mailed)
            SELECT :round, c.id, k.kind, n.name, c.position, 0, 0, 0, 0, 0, 0, 0
            FROM cell c JOIN cell_name n ON n.cell_id = c.id
            JOIN (SELECT 'party_member' AS kind UNION ALL SELECT 'non_member') k ON TRUE
            WHERE c.slug LIKE 'chi-bo-%' ORDER BY c.position, k.kind DESC
            """
        ),
        {"round": round_id},
    )
