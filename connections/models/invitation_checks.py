"""Checks of suppliers to invite: which can be invited, and why others can't."""

from collections.abc import Iterable
from datetime import datetime

from allauth.account.models import EmailAddress
from django.db import models
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership
from customers.models import Customer, CustomerProfile


class Verdict(models.TextChoices):
    """The result of checking a row; only new rows are sent."""

    NEW = "new", _("new")
    INVITED = "invited", _("already invited")
    CONNECTED = "connected", _("already connected")
    BAD = "bad", _("not usable")
    DUPLICATE = "duplicate", _("twice in the file")


class CannotInviteSupplier(Exception):
    """No invitation can be sent; `verdict` says why.

    It is None when today's invitations are used up.
    """

    def __init__(self, verdict=None):
        super().__init__(verdict)
        self.verdict = verdict and Verdict(verdict)


def check_address(customer: Customer, email: str, *, now: datetime) -> Verdict:
    """Say what would become of a customer's invitation to the address."""
    return Verdict(check_rows(customer, [{"email": email}], now=now)[0]["verdict"])


def check_rows(customer: Customer, rows: Iterable[dict], *, now: datetime) -> list[dict]:
    """Give each row, a dict with `email` and maybe `problem`, its `verdict`; returns new dicts.

    Asks the database twice, however many rows there are.
    """
    addresses = {row["email"] for row in rows}
    waiting = customer.invitations.filter(email__in=addresses).waiting(now)
    invited = set(waiting.values_list("email", flat=True))
    connected = _connected_among(addresses, customer)
    seen, checked = set(), []
    for row in rows:
        email = row["email"]
        if row.get("problem"):
            verdict = Verdict.BAD
        elif email in seen:
            verdict = Verdict.DUPLICATE
        elif email in connected:
            verdict = Verdict.CONNECTED
        elif email in invited:
            verdict = Verdict.INVITED
        else:
            verdict = Verdict.NEW
        seen.add(email)
        checked.append(row | {"verdict": str(verdict)})
    return checked


def _connected_among(addresses, customer):
    # An admin's verified address stands for the supplier, as it does in accepting an invitation.
    suppliers = CustomerProfile.objects.filter(customer=customer).connected().values("supplier")
    admins = Membership.objects.admins().filter(supplier__in=suppliers, user=OuterRef("user"))
    theirs = EmailAddress.objects.filter(Exists(admins), email__in=addresses, verified=True)
    return set(theirs.values_list("email", flat=True))
