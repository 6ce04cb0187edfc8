"""A survey and quiz system for organisations that run campaigns among their members.

`create_app()` is the composition root. It imports inside, so that the pure modules of this package
load without Flask.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flask import Flask

    from survey_app.config import Settings, SettingsError


def create_app(settings: Settings | None = None) -> Flask:
    """Build the application.

    Raises:
        SettingsError: a setting is missing, unknown or wrong.
        UnsafeSqlite: the SQLite build at hand can lose committed rows.
    """
    from pathlib import Path

    from flask import Flask

    from survey_app import cli, clock, demo, formatting, jobs, routes
    from survey_app.config import SettingsError, load_settings
    from survey_app.database import Database
    from survey_app.extensions import csrf, mail
    from survey_app.web import compression, doors, error_pages, headers, pages, refusing, trial_bar
    from survey_app.web.cookies import SessionCookies

    if settings is None:
        try:
            settings = load_settings()
        except SettingsError as error:
            return _command_line_only(error)
    # People, answers and keys lie in it: nobody else on the machine need look.
    settings.instance_path.mkdir(mode=0o700, parents=True, exist_ok=True)
    root = Path(__file__).resolve().parent.parent
    app = Flask(
        __name__,
        instance_path=str(settings.instance_path),
        template_folder=str(root / "templates"),
    )
    app.config.from_mapping(_flask_config(settings))
    app.session_interface = SessionCookies()
    app.extensions["survey.settings"] = settings
    app.extensions["survey.database"] = database = Database(settings.database_url)
    formatting.use_zone(settings.timezone)
    if settings.development:
        clock.use_source(clock.shifted_by_file(settings.instance_path / clock.FILE))
    csrf.init_app(app)
    mail.init_app(app)
    # The order is that in which a request meets them; answers meet them backwards.
    compression.install(app)
    pages.install(app)
    refusing.install(app)
    headers.install(app, secure=settings.secure)
    if settings.development:
        trial_bar.install(app, "/demo", lambda: demo.has_sample(database))
    doors.install(app, routes.all_routes())
    error_pages.install(app)
    routes.install_page_context(app)
    jobs.install(app)
    cli.install(app)
    _wrap(app, settings)
    return app


def _command_line_only(error: SettingsError) -> Flask:
    """Return what `flask restore` needs where nothing is set up yet; anything else is refused.

    A command that cannot start says so in one line, not a traceback.
    """
    import click

    from survey_app import cli

    context = click.get_current_context(silent=True)
    if context is None:
        raise error
    if context.parent is None:  # asked for a command by its name, not serving
        return cli.not_set_up(error)
    click.echo(str(error), err=True)
    raise SystemExit(1) from None


def _flask_config(settings: Settings) -> dict[str, object]:
    from datetime import timedelta

    return {
        "SECRET_KEY": settings.secret_key,
        "SECRET_KEY_FALLBACKS": list(settings.secret_key_fallbacks),
        "SESSION_COOKIE_NAME": "__Host-session" if settings.secure else "session",
        "SESSION_COOKIE_SECURE": settings.secure,
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "SESSION_REFRESH_EACH_REQUEST": False,
        "PERMANENT_SESSION_LIFETIME": timedelta(hours=12),
        "MAX_CONTENT_LENGTH": 21 * 1024 * 1024,
        "MAX_FORM_MEMORY_SIZE": 4 * 1024 * 1024,
        "WTF_I18N_ENABLED": False,
        "WTF_CSRF_TIME_LIMIT": 12 * 3600,
        "WTF_CSRF_CHECK_DEFAULT": True,
        "MAIL_SERVER": settings.mail.server,
        "MAIL_PORT": settings.mail.port,
        "MAIL_USE_TLS": settings.mail.use_tls,
        "MAIL_USE_SSL": settings.mail.use_ssl,
        "MAIL_USERNAME": settings.mail.username,
        "MAIL_PASSWORD": settings.mail.password,
        "MAIL_DEFAULT_SENDER": settings.mail.default_sender,
    }


def _wrap(app: Flask, settings: Settings) -> None:
    """Serve static files with far-future caching; believe the proxy when there is one."""
    from pathlib import Path

    from werkzeug.middleware.proxy_fix import ProxyFix
    from whitenoise import WhiteNoise

    from survey_app.web.heads import head_is_get
    from survey_app.web.packing import Packed

    def add_headers(response_headers: object, path: str, _url: str) -> None:
        response_headers["X-Content-Type-Options"] = "nosniff"  # type: ignore[index]
        if path.endswith((".css", ".js")):
            response_headers["Vary"] = "Accept-Encoding"  # type: ignore[index]

    static = Path(__file__).parent / "static"
    whitenoise = WhiteNoise(
        head_is_get(app.wsgi_app),
        root=str(static),
        prefix="static/",
        autorefresh=settings.development,
        # URLs carry the content's hash as ?v=, so a year is safe.
        max_age=31536000,
        add_headers_function=add_headers,
    )
    app.wsgi_app = Packed(whitenoise, static, "/static/")  # type: ignore[method-assign]
    if settings.behind_proxy:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=1, x_proto=1, x_host=1)  # type: ignore[method-assign]
