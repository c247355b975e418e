"""The kinds of news about a supplier's setup with a customer."""

from django.utils.translation import gettext_lazy as _

from accounts.notifications import register
from customers.models import CustomerProfile

KINDS = [
    ("connection_ended", "x", _("A connection ends")),
    ("step_approved", "check", _("A customer approves a step")),
    ("step_returned", "alert", _("A customer sends a step back")),
    ("step_handed", "users", _("A step is handed to me")),
    ("steps_asked", "plus", _("A customer asks for something new")),
    ("file_expires", "clock", _("A file given to a customer runs out")),
]


def register_kinds() -> None:
    for order, (name, icon, label) in enumerate(KINDS, 200):
        register(
            name,
            view="customers:profile",  # all of them are about a profile
            icon=icon,
            label=label,
            order=order,
            visible_to=CustomerProfile.objects.visible_to,
        )
