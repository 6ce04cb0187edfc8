"""Backups: one file with the whole installation but for urn keys; checked, and put back.

`make` writes one, `verify` restores it into a throw-away database and looks at it, `restore` puts
it into an empty installation. Why they look as they do: docs/adr/0008.
"""

from survey_app.backups.archive import Damaged
from survey_app.backups.making import Made, make
from survey_app.backups.manifest import Manifest
from survey_app.backups.restoring import restore
from survey_app.backups.verifying import verify

__all__ = ["Damaged", "Made", "Manifest", "make", "restore", "verify"]
