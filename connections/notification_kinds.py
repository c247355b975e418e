"""The kinds of news about requests and invitations."""

from django.utils.translation import gettext_lazy as _

from accounts.notifications import register
from connections.models import ConnectionRequest
from customers.models import CustomerProfile

REQUESTS = [
    ("request_accepted", "check", _("A customer accepts a request")),
    ("request_declined", "x", _("A customer declines a request")),
    ("request_expired", "clock", _("A request expires")),
]
INVITATIONS = [
    ("invited", "mail", _("A customer invites the company")),
    ("invitation_accepted", "check", _("A colleague accepts an invitation")),
]


def register_kinds() -> None:
    for order, (name, icon, label) in enumerate(REQUESTS, 100):
        register(
            name,
            view="connections:request",
            icon=icon,
            label=label,
            order=order,
            visible_to=ConnectionRequest.objects.visible_to,
        )
    for order, (name, icon, label) in enumerate(INVITATIONS, 110):
        register(
            name,
            view="customers:profile",
            icon=icon,
            label=label,
            order=order,
            visible_to=CustomerProfile.objects.visible_to,
        )
    register(
        "invitation_for_admin",
        view="accounts:team",
        icon="mail",
        label=_("An invitation needs an admin"),
        order=120,
        whole_page=True,
    )
