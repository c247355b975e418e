"""News of a setup: to a customer's contacts by mail, to a supplier's people by bell and mail."""

from contextlib import suppress
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued

from accounts.banks import masked
from accounts.models import Letter, notify
from core import mail
from core.languages import both
from core.models import DailyCount, Link, Mail
from customers.steps.kinds import KINDS

REVIEW_DAYS = 30  # a reviewer's link works so long; asking for a new link is a click


def tell_reviewers_soon(profile) -> None:
    """Let the worker write to the reviewers in a while, so that several steps make one mail."""
    _once_soon(
        "customers.jobs.tell_reviewers",
        settings.PORTAL_REVIEW_MAIL_MINUTES,
        profile_id=str(profile.pk),
    )


def tell_suppliers_soon(customer) -> None:
    """Let the worker tell suppliers of new questions in a while, so that edits make one mail."""
    _once_soon(
        "customers.jobs.tell_suppliers",
        settings.PORTAL_REVIEW_MAIL_MINUTES,
        customer_id=str(customer.pk),
    )


def tell_each_supplier(customer) -> None:
    """Let the worker tell each connected supplier of a customer by a job of its own."""
    # A job each: a supplier that fails is tried again alone. All are queued or none.
    with transaction.atomic():
        for pk in customer.profiles.connected().values_list("pk", flat=True):
            _once_soon("customers.jobs.tell_supplier", profile_id=str(pk))


def _once_soon(job, minutes=0, **arguments):
    # The lock lets one job wait for each profile or customer: a second job would say the same.
    lock = f"{job}:{next(iter(arguments.values()))}"
    later = {"minutes": minutes} if minutes else None
    task = app.configure_task(job, queue="default", queueing_lock=lock, schedule_in=later)
    # In a savepoint, for the refused INSERT would break the caller's transaction.
    with suppress(AlreadyEnqueued), transaction.atomic():
        task.defer(**arguments)


def tell_reviewers(profile, submissions, now: datetime) -> None:
    # In the order of their addresses, as mail_slot() asks, so that no two transactions block each
    # other.
    reviewers = profile.customer.contacts.reviewing().select_related("customer")
    for contact in reviewers.order_by("email"):
        write_link("steps_submitted", profile, contact, now, submissions=submissions)


def write_link(name: str, profile, contact, now: datetime, submissions=()) -> Mail:
    """Send the mail `name` to a reviewer, with a new link to the setup."""
    link, token = Link.issue("review", profile.pk, contact.email, now + timedelta(days=REVIEW_DAYS))
    return mail.send(
        name,
        contact.email,
        contact.mail_language,
        about=profile,
        link=link,
        valid_until=link.expires_at,
        not_before=DailyCount.objects.mail_slot(contact.email, now),
        profile=profile,
        contact=contact,
        token=token,
        days=REVIEW_DAYS,
        submissions=submissions,
    )


def tell_of_handing(answer, membership, *, actor, now: datetime) -> None:
    notify(
        answer.profile.supplier,
        "step_handed",
        about=answer.profile,
        at=now,
        users=[membership.user],
        customer=answer.profile.customer.name,
        step=both(answer.step, "title"),
        person=actor.name,
    )


def tell_of_accounts(submission, actor, now: datetime) -> None:
    """Mail the admins each bank account of a submission that is new."""
    # New is what neither the company nor the version before has. It may be a thief's, who hopes
    # that the next invoice is paid to it.
    profile, before = submission.answer.profile, submission.before
    known = [account.values() for account in profile.supplier.bank_accounts.current()]
    known += _accounts(before) if before else []
    for account in _accounts(submission):
        if account not in known:
            profile.supplier.mail_admins(
                "account_submitted",
                actor=actor,
                at=now,
                customer=profile.customer,
                account=masked(account),
            )


def _accounts(submission):
    answers = submission.answers
    found = [KINDS[answer["kind"]].bank_account_in(answer["value"]) for answer in answers]
    return [account for account in found if account]


def tell_of_decision(submission, now: datetime) -> None:
    """Tell all who see the customer by bell; admins and the submitter by mail too."""
    profile, step = submission.answer.profile, submission.answer.step
    people = [membership.user for membership in profile.people()]
    admins = {membership.user for membership in profile.supplier.admins()}
    to = [user for user in people if user in admins or user == submission.submitted_by]
    notify(
        profile.supplier,
        f"step_{submission.outcome}",
        about=profile,
        users=people,
        at=now,
        letter=Letter(to, {"profile": profile, "step": step, "submission": submission}),
        customer=profile.customer.name,
        step=both(step, "title"),
        comment=submission.comment,
    )


def tell_of_new_questions(profile, now: datetime) -> None:
    """Tell a supplier's people that the customer asks for something new; admins by mail too."""
    admins = [membership.user for membership in profile.supplier.admins()]
    notify(
        profile.supplier,
        "steps_asked",
        about=profile,
        users=[membership.user for membership in profile.people()],
        at=now,
        letter=Letter(admins, {"profile": profile}),
        customer=profile.customer.name,
    )


def tell_of_end(profile, reason: str, *, actor, now: datetime) -> None:
    """Tell the other side that the connection has ended.

    After the end by an operator, the supplier's people get a bell and its admins a mail. After the
    end by an admin of the supplier, the customer's contacts for requests get a mail.
    """
    if actor.is_staff and not profile.supplier.memberships.filter(user=actor).exists():
        _tell_people_of_end(profile, reason, now)
    else:
        _tell_contacts_of_end(profile, reason, actor, now)


def _tell_people_of_end(profile, reason, now):
    admins = [membership.user for membership in profile.supplier.admins()]
    context = {"profile": profile, "reason": reason}
    notify(
        profile.supplier,
        "connection_ended",
        about=profile,
        at=now,
        users=[membership.user for membership in profile.people()],
        letter=Letter(admins, context, "connection_ended_by_operator"),
        customer=profile.customer.name,
        reason=reason,
    )


def _tell_contacts_of_end(profile, reason, actor, now):
    muted = profile.supplier.mutes.values("address")
    contacts = profile.customer.contacts.getting_requests().exclude(email__in=muted)
    for contact in contacts.select_related("customer").order_by("email"):
        mail.send(
            "connection_ended",
            contact.email,
            contact.mail_language,
            about=profile,
            not_before=DailyCount.objects.mail_slot(contact.email, now),
            profile=profile,
            reason=reason,
            actor=actor,
        )
