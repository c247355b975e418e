"""The letter of an invitation, with a link of its own."""

from collections.abc import Iterable
from datetime import datetime

from core import mail
from core.models import DailyCount, Link


def write(invitations: Iterable, now: datetime) -> None:
    """Queue a letter with a fresh link for each of a customer's invitations."""
    # By address: each letter counts for the day of its address, and two transactions that count in
    # different orders would wait for each other.
    invitations = sorted(invitations, key=lambda invitation: invitation.email)
    steps = list(invitations[0].customer.steps.asked()) if invitations else []
    wanted = [(invited.pk, invited.email, invited.expires_at) for invited in invitations]
    issued = Link.issue_all("invitation", wanted)
    mail.queue_all(
        [
            _letter(invitation, link, token, steps, now)
            for invitation, (link, token) in zip(invitations, issued, strict=True)
        ]
    )


def _letter(invitation, link, token, steps, now):
    context = {
        "invitation": invitation,
        "token": token,
        "steps": steps,
        "line_from": invitation.customer.name,
        "line_to": invitation.company,
    }
    return mail.write(
        "invitation",
        invitation.email,
        invitation.language,
        context,
        about_type=invitation._meta.label_lower,
        about_id=str(invitation.pk),
        link=link,
        not_before=DailyCount.objects.mail_slot(invitation.email, now),
        valid_until=invitation.expires_at,
    )
