"""Who is told what about a setup: the customer's reviewers by mail, the supplier's people by bell and mail."""

from contextlib import suppress
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued

from accounts.models import Letter, notify
from core import mail
from core.languages import both
from core.models import DailyCount, Link

REVIEW_DAYS = 30


def tell_reviewers_soon(profile):
    """Let the worker write to the reviewers in a while, so that several steps make one mail."""
    _once_soon(
        "customers.jobs.tell_reviewers",
        settings.PORTAL_REVIEW_MAIL_MINUTES,
        profile_id=str(profile.pk),
    )


def tell_suppliers_soon(customer):
    """Let the worker tell connected suppliers of new questions in a while, so that an hour of editing is told once."""
    _once_soon(
        "customers.jobs.tell_suppliers",
        settings.PORTAL_REVIEW_MAIL_MINUTES,
        customer_id=str(customer.pk),
    )


def tell_each_supplier(customer):
    """Let the worker tell each connected supplier by a job of its own: all are queued or none, and one that fails is tried alone."""
    with transaction.atomic():
        for pk in customer.profiles.connected().values_list("pk", flat=True):
            _once_soon("customers.jobs.tell_supplier", profile_id=str(pk))


def _once_soon(job, minutes=0, **arguments):
    lock = f"{job}:{next(iter(arguments.values()))}"
    later = {"minutes": minutes} if minutes else None
    task = app.configure_task(job, queue="default", queueing_lock=lock, schedule_in=later)
    with suppress(AlreadyEnqueued), transaction.atomic():
        task.defer(**arguments)


def tell_reviewers(profile, submissions, now):
    """Write to each reviewer of the customer, with a link of their own that shows the whole setup."""
    for contact in (
        profile.customer.contacts.reviewing().select_related("customer").order_by("email")
    ):
        write_link("steps_submitted", profile, contact, now, submissions=submissions)


def write_link(name, profile, contact, now, **context):
    """Mail a reviewer a new link to the setup; returns the Mail row."""
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
        **context,
    )


def tell_of_decision(submission, now):
    """Tell whoever may see the customer by bell; whoever submitted it, and the admins, by mail too."""
    profile, step = submission.answer.profile, submission.answer.step
    people = [membership.user for membership in profile.people()]
    kind = f"step_{submission.outcome}"
    admins = {membership.user for membership in profile.supplier.admins()}
    to = [user for user in people if user in admins or user == submission.submitted_by]
    letter = Letter(to, {"profile": profile, "step": step, "said": submission})
    words = {
        "customer": profile.customer.name,
        "step": both(step, "title"),
        "comment": submission.comment,
    }
    notify(profile.supplier, kind, about=profile, users=people, at=now, letter=letter, **words)


def tell_of_new_questions(profile, now):
    """Tell the people of a connected supplier that the customer asks for something new; the admins by mail too."""
    people = [membership.user for membership in profile.people()]
    letter = Letter(
        [membership.user for membership in profile.supplier.admins()], {"profile": profile}
    )
    words = {"customer": profile.customer.name}
    notify(
        profile.supplier, "steps_asked", about=profile, users=people, at=now, letter=letter, **words
    )
