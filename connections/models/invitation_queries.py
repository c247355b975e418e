"""Queries of invitations: to a person, to a supplier's admins, and not yet or no longer shown."""

from datetime import datetime

from allauth.account.models import EmailAddress
from django.db.models import CharField, Exists, OuterRef, Q, Subquery
from django.db.models.functions import Cast

from accounts.models import AuditEntry, Membership, Supplier, User
from core.models import DecidedInTimeQuerySet, Mail
from customers.models import CustomerProfile, Stage


class InvitationQuerySet(DecidedInTimeQuerySet):
    def for_person(self, user: User):
        """Select invitations to addresses that the person has proved to be theirs."""
        addresses = EmailAddress.objects.filter(user=user, verified=True)
        # Invitations are kept in small letters; allauth's rows need not be.
        return self.filter(
            email__in=[address.lower() for address in addresses.values_list("email", flat=True)]
        )

    def for_supplier(self, supplier: Supplier):
        """Select invitations to verified addresses of the supplier's active admins."""
        admins = supplier.memberships.admins().values("user")
        return self.filter(
            email__in=EmailAddress.objects.filter(user__in=admins, verified=True).values("email")
        )

    def unseen(self, now: datetime):
        """Select waiting invitations to admins whose supplier's profile does not show them yet."""
        settled = CustomerProfile.objects.filter(
            Q(invited_until__isnull=False) | Q(stage=Stage.CONNECTED),
            supplier=OuterRef("supplier"),
            customer=OuterRef(OuterRef("customer")),
        )
        return self.waiting(now).filter(Exists(_invited_admins().exclude(Exists(settled))))

    def profiles_to_hide_from(self, now: datetime):
        """Select profiles that show an invitation though none waits any more.

        The admin's role or address has gone.
        """
        still = _invited_admins().filter(supplier=OuterRef(OuterRef("supplier")))
        matching = self.waiting(now).filter(Exists(still), customer=OuterRef("customer"))
        return CustomerProfile.objects.filter(invited_until__gt=now).exclude(Exists(matching))

    def with_mail(self):
        # `mail_status` and `mail_words` of the newest mail about each invitation.
        mails = Mail.objects.filter(about_id=Cast(OuterRef("pk"), CharField()))
        newest = mails.order_by("-created_at")
        return self.annotate(
            mail_status=Subquery(newest.values("status")[:1]),
            mail_words=Subquery(newest.values("smtp_reply")[:1]),
        )

    def forget(self) -> None:
        """Delete the invitations, and the addresses in the record of them."""
        ids = list(self.values_list("pk", flat=True))
        entries = AuditEntry.objects.filter(
            object_type=self.model._meta.label_lower, object_id__in=map(str, ids)
        )
        entries.forget("email", "to", "before")
        # A younger invitation that was passed on from one of these may stay.
        self.model.objects.filter(forwarded_from__in=ids).update(forwarded_from=None)
        self.model.objects.filter(pk__in=ids).delete()


def _invited_admins():
    # The admins with the address of the outer query's invitation, verified.
    return Membership.objects.admins().filter(
        user__emailaddress__verified=True, user__emailaddress__email=OuterRef("email")
    )
