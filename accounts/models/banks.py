"""The company's bank accounts.

Changed accounts are how portals are robbed, so all admins hear of each change.
"""

import uuid
from datetime import datetime
from typing import Optional

import pghistory
from django.conf import settings
from django.db import models, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.banks import PARTS, masked
from accounts.models.people import User
from accounts.models.suppliers import Supplier
from core.states import transition


class BankAccountQuerySet(models.QuerySet):
    def current(self):
        return self.filter(removed_at=None).order_by("-is_main", "created_at")

    def main(self) -> Optional["BankAccount"]:
        return self.current().first()


@pghistory.track(pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent())
class BankAccount(models.Model):
    """A domestic account or an IBAN.

    It is never edited: a change removes the row and adds another.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    supplier = models.ForeignKey(
        Supplier, models.PROTECT, related_name="bank_accounts", verbose_name=_("supplier")
    )
    bank = models.CharField(_("bank"), max_length=160, blank=True)
    number = models.CharField(_("account number"), max_length=40, blank=True)
    holder = models.CharField(_("account holder"), max_length=160)
    iban = models.CharField(_("IBAN"), max_length=50, blank=True)
    bic = models.CharField(_("BIC"), max_length=11, blank=True)
    is_main = models.BooleanField(_("main account"), default=False)
    added_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("added by")
    )
    created_at = models.DateTimeField(_("added"), default=timezone.now)
    removed_at = models.DateTimeField(_("removed"), null=True, blank=True)

    objects = BankAccountQuerySet.as_manager()

    class Meta:
        verbose_name = _("bank account")
        verbose_name_plural = _("bank accounts")
        constraints = [
            models.CheckConstraint(
                condition=(~Q(iban="") & Q(number="")) | (Q(iban="") & ~Q(number="") & ~Q(bank="")),
                name="domestic_or_iban",
            ),
            models.UniqueConstraint(
                fields=["supplier"],
                condition=Q(is_main=True, removed_at=None),
                name="one_main_account",
            ),
        ]

    def __str__(self):
        return masked(self.values())

    def values(self) -> dict[str, str]:
        return {part: getattr(self, part) for part in PARTS}

    @classmethod
    def add(
        cls,
        supplier: Supplier,
        values: dict[str, str],
        *,
        actor: User,
        now: datetime,
        instead_of: Optional["BankAccount"] = None,
    ) -> "BankAccount":
        """Add an account, and tell all admins; returns the account.

        `values` have passed `accounts.banks.clean_bank_account`. The first account of a supplier is
        the main account; an account that stands `instead_of` another takes its place. Raises
        AlreadyDecided when the other is gone.
        """
        with transaction.atomic():
            # One change at a time: two first accounts would both become the main account.
            Supplier.objects.select_for_update(no_key=True).get(pk=supplier.pk)
            is_main = not supplier.bank_accounts.current().exists()
            if instead_of:
                is_main = instead_of.is_main
                instead_of._leave(now)
            account = cls.objects.create(
                supplier=supplier, is_main=is_main, added_by=actor, created_at=now, **values
            )
            cls._tell(supplier, actor, now, old=instead_of, new=account)
        return account

    def remove(self, *, actor: User, now: datetime) -> None:
        """Take the account out of use, and tell all admins.

        After the main account, the oldest of the others becomes it. Raises AlreadyDecided when the
        account is gone.
        """
        with transaction.atomic():
            Supplier.objects.select_for_update(no_key=True).get(pk=self.supplier_id)  # see add()
            self._leave(now)
            heir = self.supplier.bank_accounts.current().first()
            if heir and not heir.is_main:
                BankAccount.objects.filter(pk=heir.pk).update(is_main=True)
            self._tell(self.supplier, actor, now, old=self, new=None)

    def make_main(self, *, actor: User, now: datetime) -> None:
        """Prefill answers from this account from now on, and tell all admins.

        Raises AlreadyDecided when the account is gone.
        """
        with transaction.atomic():
            Supplier.objects.select_for_update(no_key=True).get(pk=self.supplier_id)  # see add()
            old = self.supplier.bank_accounts.main()
            # First, since the database allows only one main account.
            self.supplier.bank_accounts.current().update(is_main=False)
            transition(BankAccount.objects.filter(pk=self.pk, removed_at=None), is_main=True)
            if old != self:
                self._tell(self.supplier, actor, now, old=old, new=self)

    def _leave(self, now):
        transition(
            BankAccount.objects.filter(pk=self.pk, removed_at=None), removed_at=now, is_main=False
        )

    @staticmethod
    def _tell(supplier, actor, now, *, old, new):
        old, new = str(old or ""), str(new or "")
        supplier.record("bank_account_changed", now, actor=actor, old=old, new=new)
        supplier.mail_admins("bank_account_changed", actor=actor, at=now, old=old, new=new)
