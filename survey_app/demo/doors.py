"""The door of the trial's own pages: development, asked for from this machine."""

from ipaddress import ip_address
from urllib.parse import urlsplit

from flask import abort, request

from survey_app.extensions import current_settings
from survey_app.web.doors import Door


def _guard() -> None:
    settings = current_settings()
    # The name asked for counts too: a foreign name that leads here would act for its own pages.
    asked = urlsplit(f"//{request.host}").hostname
    hosts = (urlsplit(settings.base_url).hostname, asked, request.remote_addr)
    if not settings.development or settings.behind_proxy or not all(map(is_loopback, hosts)):
        abort(404)


def is_loopback(host: str | None) -> bool:
    """Whether a host name or address is this machine."""
    try:
        return ip_address(host or "").is_loopback
    except ValueError:
        return host == "localhost"


TRIAL = Door("trial", _guard)
