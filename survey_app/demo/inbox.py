"""Where the trial's inbox is: `make run` chooses the port and writes it down."""

from pathlib import Path

from survey_app.config import Settings

FILE = "inbox.url"


def write_url(instance: Path, url: str) -> None:
    """Note where the inbox listens this time."""
    (instance / FILE).write_text(url, encoding="utf-8")


def url_of(settings: Settings) -> str | None:
    """Return the inbox's address, when one was started."""
    try:
        return (settings.instance_path / FILE).read_text(encoding="utf-8").strip() or None
    except OSError:
        return None
