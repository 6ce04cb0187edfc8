"""How commands speak: in the terminal's language, refusals on stderr, JSON alone on stdout.

A feature's commands stand in its `commands.py` (a `flask.cli.AppGroup`); `cli.py` lists them all
and makes them `plain_spoken`. Exit 0 done, 1 refused or problems found, 2 wrong usage. A command
opens its own unit of work and simply raises `DomainError`s.
"""

import json
import os
from collections.abc import Mapping, Sequence
from typing import Any, NoReturn

import click
from sqlalchemy.exc import DBAPIError

from survey_app import crashes, i18n
from survey_app.errors import DomainError, Problem
from survey_app.i18n import _

REFUSED = 1


def terminal_locale(environ: Mapping[str, str] | None = None) -> str:
    """Return `en` for an English terminal (`LC_ALL`, `LC_MESSAGES`, `LANG`), else `vi`."""
    environ = os.environ if environ is None else environ
    named = next(filter(None, map(environ.get, ("LC_ALL", "LC_MESSAGES", "LANG"))), "")
    return "en" if named.startswith("en") else i18n.DEFAULT_LOCALE


def help_text(text: str) -> str:
    """Return `text` in the terminal's language: for the help of commands and options."""
    with i18n.speaking(terminal_locale()):
        return i18n.gettext(text)


def problem_line(problem: Problem) -> str:
    """Return a problem as one line: where it is and what it says."""
    return f"{problem.where}: {problem.message}" if problem.where else problem.message


def refuse(message: str, problems: Sequence[Problem] = ()) -> NoReturn:
    """Say on stderr what cannot be done and why; leave with exit status 1."""
    click.echo(message, err=True)
    for problem in problems:
        click.echo(f"  {problem_line(problem)}", err=True)
    raise click.exceptions.Exit(REFUSED)


def print_json(document: object) -> None:
    """Print one JSON document (UTF-8, no escapes) and nothing else."""
    click.echo(json.dumps(document, ensure_ascii=False, indent=2))


def plain_spoken(command: click.Command) -> click.Command:
    """Let a command speak the terminal's language, and refuse in words with exit status 1."""
    invoke = command.invoke

    def invoke_plainly(context: click.Context) -> Any:
        with i18n.speaking(terminal_locale()):
            try:
                return invoke(context)
            except DomainError as error:
                refuse(error.message, error.problems)
            except DBAPIError as error:
                if crashes.is_missing_table(error):
                    refuse(
                        _(
                            "Cơ sở dữ liệu chưa có lược đồ. Xin chạy trước: %(command)s",
                            command=".venv/bin/flask --app survey_app db upgrade",
                        )
                    )
                if not crashes.is_lost_race(error):
                    raise
                refuse(crashes.lost_race_message())

    command.invoke = invoke_plainly  # type: ignore[method-assign, assignment]
    return command
