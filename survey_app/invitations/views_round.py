"""One round for its organiser: what is still to do, preview, test, launch, remind, close."""

from flask import Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import Session

from survey_app import clock
from survey_app.accounts.doors import signed_in
from survey_app.audit import Action, record
from survey_app.campaigns import services
from survey_app.campaigns.access import organised_round, organisers_scope
from survey_app.campaigns.models import Round
from survey_app.campaigns.queries import LAUNCHED, campaign_of
from survey_app.campaigns.settings import round_settings
from survey_app.database import reading, writing
from survey_app.errors import Conflict
from survey_app.extensions import current_settings
from survey_app.formatting import moment, remaining, today
from survey_app.i18n import _, _n
from survey_app.invitations import mails, reaching, reminding
from survey_app.invitations.addressees import Reader, RoundFacts, reader_of, round_facts
from survey_app.invitations.asking import Asked, people_asked
from survey_app.invitations.boards import board_of
from survey_app.invitations.kinds import CellsKind, asks_people, cells_kind_of, kind_of
from survey_app.invitations.launch import INVITATION, launch
from survey_app.invitations.queries import named
from survey_app.invitations.readiness import blockers, readiness
from survey_app.mailing import outbox
from survey_app.mailing import queries as mailing
from survey_app.people.models import Person
from survey_app.questions.models import QuestionSet
from survey_app.web.refusing import form_number

SHOWN = 20


def show(slug: str) -> ResponseReturnValue:
    """A draft shows its checks, a launched round how it goes."""
    if (cells := _asking_cells(slug)) is not None:
        return cells[0].show(cells[1])
    now = clock.now()
    with reading() as session:
        round_ = organised_round(session, slug)
        settings = round_settings(round_.settings)
        values = {
            "round": round_,
            "settings": settings,
            "campaign": campaign_of(session, round_),
            "question_set": session.get_one(QuestionSet, round_.question_set_id),
            "now": now,
            "left": remaining(round_.closes_at, now) if now < round_.closes_at else "",
        }
        asked: list[Asked] = []
        if round_.state == "draft":
            asked = people_asked(session, settings, today(now))
            checks = readiness(session, round_, now=now, mail=current_settings().mail, asked=asked)
            values.update(
                checks=checks,
                blocked=bool(blockers(checks)),
                leave=settings.mails_start(now),
                **_counts(asked),
            )
        elif round_.state in LAUNCHED:
            values.update(
                board=board_of(session, round_, now, scope=organisers_scope(round_)),
                mail_counts=mailing.counts(session, ("round", round_.id), to="person"),
                mail_trouble=mailing.trouble(session),
                reminder=reminding.outlook(session, round_, now),
                newly_reachable=reaching.newly_reachable(session, round_.id),
            )
        kind = kind_of(round_)
        if kind is not None:
            values["facts"] = kind.facts(session, round_, asked)
    page = "invitations/form_round.html" if kind else "invitations/round.html"
    return render_template(page, **values)


def preview(slug: str) -> ResponseReturnValue:
    """The invitation as a chosen person gets it; the link in it is the organiser's trial run."""
    with reading() as session:
        round_ = organised_round(session, slug)
        facts = _facts(session, round_)
        candidates = _candidates(session, round_, request.args.get("q", ""))
        chosen = _chosen(session, candidates)
        reader = _reader(session, chosen)
    subject, text, _html = mails.preview(reader, facts, signed_in().user_id, clock.now())
    return render_template(
        "invitations/preview.html",
        round=round_,
        reader=reader,
        chosen=chosen,
        candidates=candidates,
        search=request.args.get("q", ""),
        subject=subject,
        text=text,
    )


def preview_html(slug: str) -> ResponseReturnValue:
    """The HTML part alone, under a policy that lets its inline styles work and nothing else."""
    with reading() as session:
        round_ = organised_round(session, slug)
        facts = _facts(session, round_)
        reader = _reader(session, _chosen(session, []))
    html = mails.preview(reader, facts, signed_in().user_id, clock.now())[2]
    response = Response(html, mimetype="text/html")
    response.headers["Content-Security-Policy"] = (
        "default-src 'none'; style-src 'unsafe-inline'; form-action 'none'; base-uri 'none'; "
        "frame-ancestors 'none'"
    )
    return response


def send_test(slug: str) -> ResponseReturnValue:
    """Send the invitation, marked [THỬ], to the organiser."""
    actor, now = signed_in(), clock.now()
    with writing() as session:
        round_ = organised_round(session, slug)
        _facts(session, round_)
        person = _by_public_id(session, request.form.get("person", ""))
        outbox.enqueue(
            session,
            mails.TEST,
            recipient=("user", actor.user_id),
            subject=("round", round_.id),
            dedupe_key=f"test:{round_.id}:{actor.user_id}:{now.isoformat()}",
            payload={"person": person.id if person else None},
        )
        record(session, Action.TEST_SENT, actor, ("round", round_.id))
    flash(_("Thư thử đang được gửi tới %(email)s.", email=actor.email), "good")
    return redirect(url_for("rounds.show", slug=slug), code=303)


def confirm_launch(slug: str) -> ResponseReturnValue:
    """Counted once more before anything is sent."""
    if (cells := _asking_cells(slug)) is not None:
        return cells[0].confirm(cells[1], "launch")
    now = clock.now()
    with reading() as session:
        round_ = organised_round(session, slug)
        settings = round_settings(round_.settings)
        asked = people_asked(session, settings, today(now))
        checks = readiness(session, round_, now=now, mail=current_settings().mail, asked=asked)
        kind = kind_of(round_)
        facts = kind.facts(session, round_, asked) if kind else None
    if blockers(checks):
        return redirect(url_for("rounds.show", slug=slug), code=303)
    return render_template(
        "invitations/launch.html",
        round=round_,
        facts=facts,
        leave=settings.mails_start(now),
        at_once=settings.mails_start(now) == now,
        checks=checks,
        now=now,
        **_counts(asked),
    )


def do_launch(slug: str) -> ResponseReturnValue:
    """Launch, if the number that was confirmed still holds."""
    if (cells := _asking_cells(slug)) is not None:
        return cells[0].act(cells[1], "launch")
    with writing() as session:
        round_id = organised_round(session, slug).id
        result = launch(
            session,
            round_id,
            signed_in(),
            clock.now(),
            expected_people=form_number("people", -1),
        )
    if result.first_mail_at is not None:
        when = moment(result.first_mail_at)
        sent = _n("%(n)s thư mời, thư đầu đi lúc %(when)s.", result.mails, when=when)
        flash(_n("Đã phát động cho %(n)s người.", result.people) + " " + sent, "good")
    else:
        flash(_n("Đã phát động cho %(n)s người.", result.people), "good")
    return redirect(url_for("rounds.show", slug=slug), code=303)


def confirm(slug: str, action: str) -> ResponseReturnValue:
    """Ask once before closing, cancelling or reminding."""
    if (cells := _asking_cells(slug)) is not None:
        return cells[0].confirm(cells[1], action)
    now = clock.now()
    with reading() as session:
        round_ = organised_round(session, slug)
        look = reminding.outlook(session, round_, now)
        waiting = mailing.counts(session, ("round", round_.id), kind=INVITATION)["pending"]
    if action == "remind" and look.why_not:
        raise Conflict(look.why_not)
    return render_template(
        "invitations/confirm.html" if round_.kind == "quiz" else "invitations/form_confirm.html",
        round=round_,
        action=action,
        reminder=look,
        waiting=waiting,
        now=now,
    )


def act(slug: str, action: str) -> ResponseReturnValue:
    """Close, cancel, remind, or invite those whose address was found."""
    if (cells := _asking_cells(slug)) is not None:
        return cells[0].act(cells[1], action)
    actor, now = signed_in(), clock.now()
    with writing() as session:
        round_ = organised_round(session, slug)
        round_id, is_form = round_.id, round_.kind != "quiz"
        if action == "close":
            services.close_early(session, round_id, actor, now)
            done = _("Đã đóng vòng thi. Bài đang làm dở được tính đến lúc này.")
            if is_form:
                done = _("Đã thôi nhận phiếu. Phiếu được kiểm trong ít phút nữa.")
        elif action == "cancel":
            services.cancel_round(session, round_id, actor)
            done = _("Đã hủy vòng thi. Thư chưa gửi sẽ không gửi nữa.")
            if is_form:
                done = _("Đã hủy đợt góp ý. Phiếu đã nhận bị bỏ, không ai đọc.")
        elif action == "remind":
            people = reminding.remind(session, round_id, actor, now)
            done = _n("Đang nhắc %(n)s người. Ai vừa làm xong sẽ không nhận thư.", people)
            if is_form:
                done = _n("Đang gửi thư nhắc cho tất cả %(n)s người.", people)
        else:
            people = reaching.invite_newly_reachable(session, round_id, actor, now)
            done = _n("Đang gửi thư mời cho %(n)s người vừa có địa chỉ.", people)
    flash(done, "good")
    return redirect(url_for("rounds.show", slug=slug), code=303)


def _asking_cells(slug: str) -> tuple[CellsKind, Round] | None:
    """Return a round that asks cells, with the kind that has its pages."""
    with reading() as session:
        round_ = organised_round(session, slug)
    kind = cells_kind_of(round_)
    return None if kind is None else (kind, round_)


def _counts(asked: list[Asked]) -> dict[str, int]:
    mails_out = sum(1 for person in asked if person.reachable)
    return {"people": len(asked), "mails": mails_out, "lost": len(asked) - mails_out}


def _facts(session: Session, round_: Round) -> RoundFacts:
    facts = round_facts(session, asks_people(round_).id)
    if facts is None or not facts.question_count:
        raise Conflict(_("Bộ câu hỏi chưa có bản nào được duyệt nên chưa xem trước được."))
    return facts


def _candidates(session: Session, round_: Round, search: str) -> list[Person]:
    """A few of those who would be asked, to look through their eyes."""
    settings = round_settings(round_.settings)
    asked = [one.person_id for one in people_asked(session, settings, today(clock.now()))]
    found: list[Person] = []
    for start in range(0, len(asked), 500):
        among = select(Person).where(Person.id.in_(asked[start : start + 500]), *named(search))
        found += session.scalars(among.order_by(Person.sort_name).limit(SHOWN))
        if len(found) >= SHOWN:
            break
    return sorted(found, key=lambda person: person.sort_name)[:SHOWN]


def _chosen(session: Session, candidates: list[Person]) -> Person | None:
    person = _by_public_id(session, request.args.get("person", ""))
    return person or (candidates[0] if candidates else None)


def _by_public_id(session: Session, public_id: str) -> Person | None:
    return session.query(Person).filter_by(public_id=public_id).one_or_none()


def _reader(session: Session, person: Person | None) -> Reader:
    if person is not None:
        return reader_of(session, person)
    actor = signed_in()
    return Reader(name=actor.name, locale=actor.locale, form_of_address=None)
