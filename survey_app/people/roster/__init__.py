"""Reading a roster file: bytes in, people and problems out. Knows neither Flask nor a database."""

from survey_app.people.roster.model import Roster, RosterPerson
from survey_app.people.roster.problems import NOTES, RosterRefused, is_note
from survey_app.people.roster.reader import read_roster

__all__ = ["NOTES", "Roster", "RosterPerson", "RosterRefused", "is_note", "read_roster"]
