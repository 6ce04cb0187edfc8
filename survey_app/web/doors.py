"""Doors: every route has one, and a route without a door does not exist for anyone.

A door is a name and a guard. The guard runs before the view and returns `None` to let the visitor
in, or the response to give instead; it may also raise a `DomainError`.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from flask import Flask, abort, request
from flask.typing import ResponseReturnValue

from survey_app.errors import NotAllowed
from survey_app.extensions import csrf
from survey_app.i18n import _

Guard = Callable[[], ResponseReturnValue | None]


@dataclass(frozen=True)
class Door:
    """An audience: its name and how its members are recognised."""

    name: str
    guard: Guard


@dataclass(frozen=True)
class Route:
    """One line of the URL map.

    `csrf=False` is for posts that come before there is a cookie, or change nothing of value; their
    views check a signed ticket or `same_site_post` instead.
    """

    rule: str
    endpoint: str
    view: Callable[..., ResponseReturnValue]
    door: Door
    methods: tuple[str, ...] = ("GET",)
    csrf: bool = True


def route(
    rule: str,
    endpoint: str,
    view: Callable[..., Any],
    door: Door,
    methods: str = "GET",
    *,
    csrf: bool = True,
) -> Route:
    """Write one line of the URL map; `methods` is space-separated."""
    return Route(rule, endpoint, view, door, tuple(methods.split()), csrf)


PUBLIC = Door("public", lambda: None)
# Whoever holds a signed link, ticket or confirmed session; the views check which, for each row.
PARTICIPANT = Door("participant", lambda: None)


def install(app: Flask, routes: Sequence[Route]) -> None:
    """Add `routes` to `app` and close every endpoint that is not among them."""
    doors: dict[str, Door] = {}
    for line in routes:
        known = doors.setdefault(line.endpoint, line.door)
        if known is not line.door:
            raise ValueError(f"{line.endpoint} has two doors")
        if not line.csrf:
            csrf.exempt(line.view)
        app.add_url_rule(
            line.rule, line.endpoint, line.view, methods=list(line.methods), strict_slashes=False
        )
    app.extensions["survey.doors"] = doors

    @app.before_request
    def keep_the_door() -> ResponseReturnValue | None:
        if request.endpoint is None:
            return None
        door = doors.get(request.endpoint)
        if door is None:
            abort(404)
        return door.guard()


def same_site_post() -> None:
    """Refuse a post that another site made this browser send.

    Raises:
        NotAllowed: `Sec-Fetch-Site` or `Origin` names another site.
    """
    site = request.headers.get("Sec-Fetch-Site", "same-origin")
    origin = request.headers.get("Origin")
    foreign_origin = origin is not None and origin != request.host_url.rstrip("/")
    if site not in {"same-origin", "none"} or (foreign_origin and site != "none"):
        raise NotAllowed(_("Yêu cầu này đến từ một trang khác. Xin mở lại liên kết trong thư."))
