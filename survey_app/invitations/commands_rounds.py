"""`flask rounds …`: make, list, launch and close rounds."""

from collections.abc import Iterable

import click
from flask.cli import AppGroup
from sqlalchemy.orm import Session

from survey_app import clock
from survey_app.accounts.scope import ALL_CELLS, CLI
from survey_app.campaigns.models import Round
from survey_app.campaigns.queries import (
    CELL_REPORT,
    RoundLine,
    campaign_by_slug,
    list_rounds,
    round_by_slug,
)
from survey_app.campaigns.services import (
    RoundPlan,
    close_early,
    create_round,
    settings_from_texts,
)
from survey_app.campaigns.when import parse_iso
from survey_app.database import reading, writing
from survey_app.formatting import moment
from survey_app.i18n import _, _n
from survey_app.invitations.kinds import cells_kind_of, kind_of
from survey_app.invitations.launch import INVITATION, launch
from survey_app.mailing.queries import counts
from survey_app.terminal import help_text, print_json

rounds = AppGroup("rounds", help=help_text("Các vòng thi."))


@rounds.command("create", help=help_text("Tạo một vòng thi nháp."))
@click.option("--campaign", required=True, metavar="SLUG")
@click.option("--questions", required=True, metavar="SLUG")
@click.option("--slug", required=True)
@click.option("--opens", required=True, metavar="ISO")
@click.option("--closes", required=True, metavar="ISO")
@click.option("--title", default="")
@click.option("--cell", "cells", multiple=True, metavar="SLUG")
@click.option("--set", "values", multiple=True, metavar="NAME=VALUE")
def create(
    campaign: str,
    questions: str,
    slug: str,
    opens: str,
    closes: str,
    title: str,
    cells: tuple[str, ...],
    values: tuple[str, ...],
) -> None:
    """Make a draft round; moments without an offset are this country's time."""
    texts = dict(_pairs(values))
    settings = settings_from_texts(texts, cells=cells)
    plan = RoundPlan(
        title=title or slug,
        question_set=questions,
        opens_at=parse_iso(opens),
        closes_at=parse_iso(closes),
        settings=settings,
        slug=slug,
    )
    with writing() as session:
        create_round(session, campaign_by_slug(session, campaign).id, plan, CLI)
    click.echo(_("Đã tạo vòng thi nháp %(slug)s.", slug=slug))


@rounds.command("list", help=help_text("Liệt kê các vòng thi."))
@click.option("--json", "as_json", is_flag=True, help=help_text("In một tài liệu JSON."))
def list_all(as_json: bool) -> None:
    """Print every round with its state and how many have taken part."""
    with reading() as session:
        lines = list_rounds(session)
        cells = {line.id: _cells(session, line) for line in lines if line.kind == CELL_REPORT}
    if as_json:
        print_json({"rounds": [_as_dict(line) | cells.get(line.id, {}) for line in lines]})
        return
    for line in lines:
        told = cells.get(line.id)
        done = f"{told['reported']}/{told['due']}" if told else f"{_done(line)}/{line.invited}"
        click.echo(
            f"{line.slug}\t{line.state}\t{moment(line.opens_at)} – {moment(line.closes_at)}"
            f"\t{done}\t{line.title}"
        )


@rounds.command("launch", help=help_text("Phát động vòng thi: chốt danh sách, xếp thư mời."))
@click.argument("round_slug", metavar="ROUND")
def launch_one(round_slug: str) -> None:
    """Launch a draft round."""
    with writing() as session:
        round_ = round_by_slug(session, round_slug)
        if (kind := kind_of(round_)) is not None:
            kind.prepare(session, round_)
        result = launch(session, round_.id, CLI, clock.now())
    if result.cells:
        click.echo(_n("Đã phát động cho %(n)s chi bộ.", result.cells))
        click.echo(_n("%(n)s thư báo cho bí thư.", result.mails))
        return
    click.echo(_n("Đã phát động cho %(n)s người.", result.people))
    if result.first_mail_at is not None:
        when = moment(result.first_mail_at)
        click.echo(_n("%(n)s thư mời, thư đầu đi lúc %(when)s.", result.mails, when=when))
    if result.undeliverable:
        click.echo(_n("%(n)s người chưa có địa chỉ thư dùng được.", result.undeliverable))


@rounds.command("close", help=help_text("Đóng một vòng thi đang mở, ngay bây giờ."))
@click.argument("round_slug", metavar="ROUND")
def close_one(round_slug: str) -> None:
    """Close an open round early."""
    with writing() as session:
        round_id = round_by_slug(session, round_slug).id
        waiting = counts(session, ("round", round_id), kind=INVITATION)["pending"]
        close_early(session, round_id, CLI, clock.now())
    click.echo(_("Đã đóng vòng thi %(slug)s.", slug=round_slug))
    if waiting:
        click.echo(_n("%(n)s thư mời còn chờ gửi sẽ không đi nữa.", waiting), err=True)


def _cells(session: Session, line: RoundLine) -> dict[str, object]:
    """How many cells of a period owe a report, and have sent one; of nobody invited it tells 0."""
    round_ = session.get_one(Round, line.id)
    kind = cells_kind_of(round_)
    board = kind.board(session, round_, clock.now(), scope=ALL_CELLS) if kind else None
    due, reported = (board.due, board.reported) if board else (0, 0)
    return {"invited": None, "done": None, "due": due, "reported": reported}


def _done(line: RoundLine) -> str:
    """How many have taken part; for forms that has a command of its own, with its own rules."""
    return "–" if line.done is None else str(line.done)


def _pairs(values: Iterable[str]) -> Iterable[tuple[str, str]]:
    for value in values:
        name, equals, text = value.partition("=")
        if not equals:
            raise click.BadParameter("NAME=VALUE", param_hint="--set")
        yield name.strip(), text.strip()


def _as_dict(line: RoundLine) -> dict[str, object]:
    return {
        "round": line.slug,
        "title": line.title,
        "kind": line.kind,
        "state": line.state,
        "opens": f"{line.opens_at:%Y-%m-%dT%H:%M:%SZ}",
        "closes": f"{line.closes_at:%Y-%m-%dT%H:%M:%SZ}",
        "questions": line.question_set,
        "invited": line.invited,
        "done": line.done,
    }
