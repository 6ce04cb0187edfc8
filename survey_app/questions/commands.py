"""`flask questions …`: papers read, stored and written from the command line."""

from pathlib import Path

import click
from flask.cli import AppGroup

from survey_app.accounts.scope import CLI, Unattended
from survey_app.accounts.services import user_by_email
from survey_app.database import reading, writing
from survey_app.errors import Invalid, NotFound, Problem
from survey_app.i18n import _, _n
from survey_app.questions import formats, queries, second_reader, services
from survey_app.questions.formats import ReadPaper
from survey_app.questions.models import QuestionSet
from survey_app.questions.versions import IN_WORK
from survey_app.terminal import REFUSED, help_text, print_json, problem_line, refuse

questions = AppGroup("questions", help=help_text("Bộ câu hỏi."))
LATER = ("docx", "xlsx", "gift", "aiken", "moodle_xml")
_file = click.argument("file", type=click.Path(path_type=Path, dir_okay=False, exists=True))


@questions.command("check", help=help_text("Đọc một đề, không thay đổi gì."))
@_file
@click.option("--json", "as_json", is_flag=True, help=help_text("In một tài liệu JSON."))
def check(file: Path, as_json: bool) -> None:
    """Read a paper in any supported format and say what was understood; exit 1 with problems."""
    try:
        paper = formats.read(file.read_bytes(), file.name)
    except Invalid as error:
        if not as_json:
            raise
        problems = error.problems or (Problem("unreadable", error.message),)
        paper = ReadPaper("unknown", "quiz", None, problems=tuple(problems), refused=True)
    if as_json:
        print_json(paper.as_dict())
    else:
        _print_paper(paper)
    if paper.refused or paper.all_problems:
        raise click.exceptions.Exit(REFUSED)


def _print_paper(paper: ReadPaper) -> None:
    click.echo(_n("Đọc được %(n)s câu", len(paper.questions)))
    for question in paper.questions:
        if question.state != "ok":
            where = f" ({question.where})" if question.where else ""
            click.echo(f"{question.number}. {question.text}{where}", err=True)
        for problem in question.problems:
            click.echo(f"   {problem_line(problem)}", err=True)
    for problem in paper.problems:
        click.echo(problem_line(problem), err=True)


@questions.command("import", help=help_text("Lưu một đề thành bản mới."))
@_file
@click.option("--slug", default="", help=help_text("Mã của bộ câu hỏi."))
@click.option("--approve", is_flag=True, help=help_text("Duyệt luôn; cần --by."))
@click.option("--by", "email", default="", help=help_text("Địa chỉ thư của người duyệt."))
def import_file(file: Path, slug: str, approve: bool, email: str) -> None:
    """Store a new version; with `--approve`, in the name of `--by`."""
    if approve and not email:
        raise click.UsageError(_("--approve cần --by và địa chỉ thư của người duyệt."))
    paper = formats.read(file.read_bytes(), file.name)
    document = paper.to_document()
    with writing() as unit:
        version = services.import_document(unit, document, slug, actor=CLI)
        if approve and version.state in IN_WORK:
            approver = Unattended("user", user_by_email(unit, email).id)
            second = second_reader.required(unit)
            services.approve(unit, version.id, actor=approver, second_reader_required=second)
        name = unit.get_one(QuestionSet, version.question_set_id).slug
        number, state = version.number, version.state
    words = {"approved": _("đã duyệt"), "in_review": _("đang chờ duyệt"), "draft": _("bản nháp")}
    click.echo(
        _("%(slug)s, bản %(number)s: %(state)s", slug=name, number=number, state=words[state])
    )


@questions.command("export", help=help_text("Ghi bản mới nhất ra tệp."))
@click.argument("slug")
@click.option("--to", "to", required=True, help=help_text("yaml hoặc text."))
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
def export(slug: str, to: str, file: Path) -> None:
    """Write the newest version: the approved one, else the draft."""
    with reading() as unit:
        line = queries.question_set(unit, slug)
        version = line.approved or line.draft
        if version is None:
            raise NotFound(_("Bộ câu hỏi này không có bản nào đang dùng."))
        document = services.load_version(unit, version.id)
    if to in LATER and document.kind == "quiz":
        refuse(_("Dạng %(format)s sẽ có ở bản phát hành sau. Hiện có: yaml, text.", format=to))
    file.write_bytes(formats.write(document, to))
    click.echo(_("Đã ghi bản %(n)s vào %(file)s.", n=version.number, file=str(file)))
