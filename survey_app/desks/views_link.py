"""Links of any kind of round: the signature tells which kind, and its views take over."""

from flask.typing import ResponseReturnValue

from survey_app.feedback import views_link as forms
from survey_app.feedback import views_trial as form_trials
from survey_app.quizzes import views_link as quizzes
from survey_app.quizzes import views_stateless as quiz_trials


def open_link(token: str) -> ResponseReturnValue:
    """The page of a personal link. Changes nothing."""
    return forms.open_link(token) or quizzes.open_link(token)


def confirm(token: str) -> ResponseReturnValue:
    """Take the answer to "is that you?" and lead on."""
    return forms.confirm(token) or quizzes.confirm(token)


def trial(token: str) -> ResponseReturnValue:
    """An organiser's trial run."""
    return form_trials.trial(token) or quiz_trials.trial(token)


def post_trial(token: str) -> ResponseReturnValue:
    """Take what a trial run posts, and forget it."""
    return form_trials.trial(token) or quiz_trials.post_trial(token)
