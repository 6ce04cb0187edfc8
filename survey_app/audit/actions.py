"""Every action the log knows, with the details each may carry (no free text about people)."""

from enum import Enum


class Action(Enum):
    """An action and the names of its details."""

    USER_CREATED = ("user.created", {"source"})
    SIGN_IN_LINK_MADE = ("user.sign_in_link_made", {"source"})
    SIGNED_IN = ("user.signed_in", {"means"})
    SIGNED_OUT = ("user.signed_out", {"sessions"})
    SIGN_IN_THROTTLED = ("user.sign_in_throttled", {"tries"})
    PASSWORD_SET = ("user.password_set", set[str]())
    USER_CLOSED = ("user.closed", {"sessions"})
    USER_REOPENED = ("user.reopened", set[str]())
    ROLE_GRANTED = ("role.granted", {"role", "cell_id", "campaign_id"})
    ROLE_REVOKED = ("role.revoked", {"role", "cell_id", "campaign_id"})
    ROSTER_IMPORTED = ("roster.imported", {"added", "changed", "moved", "unchanged", "missing"})
    PERSON_ADDRESS_CORRECTED = ("person.address_corrected", {"state"})
    PERSON_REMINDERS_CHANGED = ("person.reminders_changed", {"wanted"})
    QUESTIONS_SAVED = ("questions.saved", {"version", "source"})
    QUESTIONS_APPROVED = ("questions.approved", {"version", "content_hash", "by_release"})
    QUESTIONS_DISCARDED = ("questions.discarded", {"version"})
    QUESTIONS_RETIRED = ("questions.retired", {"version"})
    CAMPAIGN_IMPORTED = ("campaign.imported", {"slug"})
    CAMPAIGN_CREATED = ("campaign.created", {"slug"})
    CAMPAIGN_CHANGED = ("campaign.changed", {"fields"})
    ROUND_CREATED = ("round.created", {"slug", "copied_from"})
    ROUND_CHANGED = ("round.changed", {"fields"})
    ROUND_LAUNCHED = ("round.launched", {"people", "first_mail_at"})
    ROUND_OPENED = ("round.opened", set[str]())
    ROUND_CLOSED = ("round.closed", {"early"})
    ROUND_CANCELLED = ("round.cancelled", set[str]())
    ROUND_FINALISED = ("round.finalised", {"attempts"})
    URN_COUNTED = ("urn.counted", {"ballots"})
    PAPER_ENTERED = ("paper.entered", {"papers"})
    URN_SEALED = ("urn.sealed", set[str]())
    URN_LOST = ("urn.lost", {"why"})
    URN_TROUBLE = ("urn.trouble", {"problem"})
    FEEDBACK_TEXTS_REVIEWED = ("feedback.texts_reviewed", {"shown", "changed", "withheld"})
    FEEDBACK_EXPORTED = ("feedback.exported", {"format"})
    ROUND_PURGED = ("round.purged", set[str]())
    TEST_SENT = ("round.test_sent", set[str]())
    REMINDERS_QUEUED = ("round.reminders_queued", {"people", "number"})
    INVITATION_RESENT = ("invitation.resent", set[str]())
    LINK_SHOWN = ("invitation.link_shown", set[str]())
    LINK_REVOKED = ("invitation.link_revoked", {"version"})
    MAIL_RETRIED = ("mail.retried", {"message_id"})
    MAIL_CANCELLED = ("mail.cancelled", {"message_id"})
    PARTICIPATION_EXPORTED = ("participation.exported", {"format"})
    PEOPLE_LIST_OPENED = ("people.list_opened", {"list", "count"})
    BACKUP_MADE = ("backup.made", {"people", "attempts", "rows"})
    BACKUP_RESTORED = (
        "backup.restored",
        {"made_at", "people", "attempts", "rows", "mails_held", "sessions_ended"},
    )

    def __init__(self, code: str, details: set[str]) -> None:
        self.code = code
        self.details = frozenset(details)
