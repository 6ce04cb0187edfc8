"""Boards made of figures, so that pages and mails show frozen numbers as they show live ones."""

from collections.abc import Sequence

from survey_app.invitations.anonymous import FormBoard, GroupTold, Told
from survey_app.invitations.boards import Board
from survey_app.invitations.participation import CellRow, Counts, Participation
from survey_app.reports.document import CellCount, Figures, FormRound, QuizRound


def quiz_boards(figures: Figures) -> list[Participation]:
    """Return the boards of all quizzes, the first opened first, each with the rates before it."""
    found: list[Participation] = []
    before: tuple[CellRow, ...] = ()
    for quiz in figures.quizzes:
        rows = _rows(figures, quiz, before)
        found.append(
            Participation(
                round_id=quiz.id,
                slug=quiz.slug,
                title=quiz.title,
                state=quiz.state,
                closes_at=quiz.closes_at,
                as_of=figures.as_of,
                rows=rows,
                before=before,
                corrected_at=quiz.corrected_at,
            )
        )
        before = rows
    return found


def form_boards(figures: Figures) -> list[FormBoard]:
    """Return what is told of all forms, the first opened first."""
    return [_form(figures, form) for form in figures.forms]


def board_in(figures: Figures, round_id: int) -> Board | None:
    """Return the board of one round, if the figures know it."""
    boards: Sequence[Board] = [*quiz_boards(figures), *form_boards(figures)]
    return next((board for board in boards if board.round_id == round_id), None)


def _rows(figures: Figures, quiz: QuizRound, before: Sequence[CellRow]) -> tuple[CellRow, ...]:
    cells = {cell.id: cell for cell in figures.cells}
    last = {(row.cell_id, row.kind): row.counts.rate for row in before}
    return tuple(
        CellRow(
            cell_id=row.cell_id,
            name=cells[row.cell_id].name or None,
            kind=row.kind,
            group_name=cells[row.cell_id].group_name,
            counts=counts_of(row),
            last_rate=last.get((row.cell_id, row.kind)),
        )
        for row in quiz.cells
    )


def counts_of(row: CellCount) -> Counts:
    """Return the five states and the attempts of one row."""
    return Counts(row.invited, row.done, row.started, row.exempt, row.undeliverable, row.attempts)


def _form(figures: Figures, form: FormRound) -> FormBoard:
    state = "lost" if form.is_lost else "counted" if form.is_counted else "open"
    return FormBoard(
        round_id=form.id,
        slug=form.slug,
        title=form.title,
        state=form.state,
        closes_at=form.closes_at,
        as_of=figures.as_of,
        total=Told(form.invited, form.sent, form.at_least),
        groups=tuple(
            GroupTold(group.names, frozenset(group.cell_ids), Told(group.invited, group.sent))
            for group in form.groups
        ),
        small_group=form.small_group,
        urn=state,
        papers=form.papers,
    )
