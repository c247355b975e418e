"""What would become of each row of suppliers to invite, and why one can't be invited."""

from collections.abc import Iterable
from datetime import datetime

from allauth.account.models import EmailAddress
from django.db import models
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership
from customers.models import Customer, CustomerProfile


class Verdict(models.TextChoices):
    """What becomes of a row of invitations; only new ones are sent."""

    NEW = "new", _("new")
    INVITED = "invited", _("already invited")
    CONNECTED = "connected", _("already connected")
    BAD = "bad", _("not usable")
    DUPLICATE = "duplicate", _("twice in the file")


class CannotInviteSupplier(Exception):
    """No invitation can be sent; `verdict` says why, None when today's invitations are used up."""

    def __init__(self, verdict=None):
        super().__init__(verdict)
        self.verdict = verdict and Verdict(verdict)


def check_address(customer: Customer, email: str, *, now: datetime) -> Verdict:
    """Say what would become of an invitation of the customer to one address."""
    return Verdict(check_rows(customer, [{"email": email}], now=now)[0]["verdict"])


def check_rows(customer: Customer, rows: Iterable[dict], *, now: datetime) -> list[dict]:
    """Give each row, a dict with `email` and maybe `problem`, its `verdict`; returns new dicts.

    Asks the database twice, however many rows there are.
    """
    addresses = {row["email"] for row in rows}
    invited = customer.invitations.filter(email__in=addresses).waiting(now)
    invited = set(invited.values_list("email", flat=True))
    connected = CustomerProfile.objects.filter(customer=customer).connected().values("supplier")
    at_work = Membership.objects.admins().filter(supplier__in=connected, user=OuterRef("user"))
    known = EmailAddress.objects.filter(Exists(at_work), email__in=addresses, verified=True)
    known = set(known.values_list("email", flat=True))
    seen, judged = set(), []
    for row in rows:
        email = row["email"]
        if row.get("problem"):
            verdict = Verdict.BAD
        elif email in seen:
            verdict = Verdict.DUPLICATE
        elif email in known:
            verdict = Verdict.CONNECTED
        else:
            verdict = Verdict.INVITED if email in invited else Verdict.NEW
        seen.add(email)
        judged.append(row | {"verdict": str(verdict)})
    return judged
