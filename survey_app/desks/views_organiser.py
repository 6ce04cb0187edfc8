"""The organiser's first page: what needs doing now."""

from typing import Any

from flask import current_app, render_template, url_for
from flask.typing import ResponseReturnValue

from survey_app import clock
from survey_app.accounts.doors import signed_in
from survey_app.campaigns.queries import current_campaign, list_rounds
from survey_app.database import reading
from survey_app.desks.tasks_of_organiser import Todo, todos
from survey_app.extensions import current_settings


def home() -> ResponseReturnValue:
    """Tasks, not tables; below them the rounds that run."""
    now = clock.now()
    keeps_rounds = signed_in().has("organiser", "administrator")
    with reading() as session:
        campaign = current_campaign(session)
        waiting = todos(session, now, current_settings().mail) if keeps_rounds else []
        rounds = [line for line in list_rounds(session) if line.state in ("scheduled", "open")]
    return render_template(
        "desks/organiser.html",
        campaign=campaign,
        todos=[(todo, _url(todo)) for todo in waiting],
        rounds=rounds if keeps_rounds else [],
        keeps_rounds=keeps_rounds,
        now=now,
    )


def _url(todo: Todo) -> str | None:
    if todo.endpoint not in current_app.view_functions:
        return None
    values: dict[str, Any] = {
        "slug": todo.slug,
        "state": todo.state,
        "public_id": todo.public_id,
    }
    return url_for(todo.endpoint, **{name: value for name, value in values.items() if value})
