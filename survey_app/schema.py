"""Loads every table, for migrations and for the start of the application."""

from survey_app.accounts import models as accounts
from survey_app.audit import models as audit
from survey_app.campaigns import models as campaigns
from survey_app.cell_reports import models as cell_reports
from survey_app.database import Base
from survey_app.feedback import models as feedback
from survey_app.invitations import models as invitations
from survey_app.mailing import models as mailing
from survey_app.people import models as people
from survey_app.questions import models as questions
from survey_app.quizzes import models as quizzes
from survey_app.reports import models as reports
from survey_app.tasks import models as tasks
from survey_app.web import models as web

metadata = Base.metadata
PACKAGES = (
    web,
    audit,
    tasks,
    mailing,
    accounts,
    people,
    questions,
    campaigns,
    invitations,
    quizzes,
    feedback,
    cell_reports,
    reports,
)
