"""Flask extensions and what an application carries, created here without any feature."""

from typing import Any

from flask import current_app
from flask_mail import Mail
from flask_wtf import CSRFProtect

from survey_app.config import Settings

mail = Mail()
csrf: Any = CSRFProtect()


def current_settings() -> Settings:
    """Return the settings of the current application."""
    settings: Settings = current_app.extensions["survey.settings"]
    return settings
