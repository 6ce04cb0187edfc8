"""One mail of each kind that carries a link, really sent, and every address that stands in them."""

import re
from collections import defaultdict
from urllib.parse import urlsplit

from sqlalchemy import select

from survey_app import clock
from survey_app.accounts import sign_in
from survey_app.accounts.models import User
from survey_app.accounts.scope import CLI
from survey_app.invitations.launch import reminder_item
from survey_app.invitations.mails import TEST
from survey_app.invitations.models import Invitation
from survey_app.mailing.composing import composers
from survey_app.mailing.outbox import Item, enqueue_many
from tests.factories import make_user
from tests.live import World
from tests.mailbox import Mailbox, html_of, links_of

# These carry no link that opens anything by itself, or come after the round only.
WITHOUT_KEYS = {"result", "digest", "notice", "cell_reminder"}
# What the first part of a path opens.
KINDS = {"i": "personal or trial link", "mail": "no-reminders link", "sign-in": "sign-in link"}
_HREF = re.compile(r'href="(https?://[^"]+)"')


def send_one_of_each(world: World) -> None:
    """Send invitations, a reminder, an organiser's sign-in link and a trial invitation."""
    user_id = make_user(world.db, "organiser")
    key = world.settings.link_key
    with world.app.app_context(), world.db.writing() as session:
        user = session.get_one(User, user_id)
        sign_in.send_link(session, key, user, actor=CLI, source="test")
        invitation = session.scalars(select(Invitation)).first()
        assert invitation is not None
        about = ("round", invitation.round_id)
        trial = Item(TEST, ("user", user_id), about, "trial", payload={"person": None})
        reminder = reminder_item(invitation.round_id, invitation.person_id, 1, clock.now())
        enqueue_many(session, [trial, reminder])
    world.send_mails()


def every_address(world: World, mailbox: Mailbox) -> dict[str, list[str]]:
    """Return kind of link -> the paths that stand in texts, HTML and headers of all mails."""
    paths: dict[str, set[str]] = defaultdict(set)
    for mail in mailbox.mails:
        header = str(mail.get("List-Unsubscribe", "")).strip("<>")
        for url in [*links_of(mail), *_HREF.findall(html_of(mail)), *([header] if header else [])]:
            if url.startswith(world.settings.base_url):
                path = urlsplit(url).path
                paths[path.split("/")[1]].add(path)
    sent = {str(mail["X-Survey-Message"]) for mail in mailbox.mails}
    known = set(composers(world.app).by_kind) - WITHOUT_KEYS
    assert len(sent) == len(known), f"not one of each: {sent} of {known}"
    return {kind: sorted(found) for kind, found in paths.items()}
