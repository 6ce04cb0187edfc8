"""Is the installation alive?"""

from flask.typing import ResponseReturnValue
from sqlalchemy import text

from survey_app.database import reading


def check() -> ResponseReturnValue:
    """Answer 200 and nothing more when the database answers."""
    with reading() as session:
        session.execute(text("SELECT 1"))
    return "", 200
