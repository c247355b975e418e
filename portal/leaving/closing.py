"""A company leaves the portal: its requests and connections end first.

Its record is erased some years later.
"""

from datetime import datetime

from django.db import transaction

from accounts.company_closing import close_company
from accounts.company_details import COLUMNS
from accounts.models import AuditEntry, BankAccount, Supplier, SupportRequest
from connections.models import ConnectionRequest, Invitation, Report, SearchAttempt
from core.states import AlreadyDecided
from customers.models import CustomerProfile, Stage, StepAnswer, Submission, Upload

GONE = "–"
# Customers read it, in either language.
COMPANY_CLOSES = "The company has left the portal. / 회사가 포털 이용을 종료했습니다."


def close(supplier: Supplier, *, now: datetime) -> None:
    """Close a supplier, after withdrawing its requests and ending its connections.

    Tells the customers, and deletes drafts. Raises AlreadyDecided, with nothing changed, when the
    supplier is not due to close.
    """
    with transaction.atomic():
        admins = [membership.user for membership in supplier.admins()]
        # The admin who closed the company may have left it since.
        actor = supplier.closing_by if supplier.closing_by in admins or not admins else admins[0]
        for asked in ConnectionRequest.objects.filter(supplier=supplier).waiting(now):
            asked.withdraw(now=now, actor=actor)
        for profile in supplier.profiles.connected().select_related("customer", "supplier"):
            profile.end(COMPANY_CLOSES, now=now, actor=actor)
        supplier.profiles.filter(stage=Stage.INVITED).update(
            stage=Stage.DROPPED, invited_until=None
        )
        StepAnswer.objects.filter(profile__supplier=supplier).update(draft={}, has_draft=False)
        close_company(supplier, now=now)


def erase(supplier: Supplier) -> None:
    """Delete the record that was kept of a closed company.

    A row without a name stays for the counters. Raises AlreadyDecided when the company is not
    closed.
    """
    with transaction.atomic():
        # FOR UPDATE, stronger than elsewhere: meanwhile no new row can refer to the company.
        closed = Supplier.objects.select_for_update().filter(pk=supplier.pk)
        if not closed.filter(closed_at__isnull=False).exists():
            raise AlreadyDecided
        # Each row before the rows that it refers to, which the foreign keys protect until then.
        profiles = CustomerProfile.objects.filter(supplier=supplier)
        Submission.objects.filter(answer__profile__in=profiles).delete()
        StepAnswer.objects.filter(profile__in=profiles).delete()
        for upload in Upload.objects.filter(profile__in=profiles):
            upload.discard()
        for export in supplier.exports.exclude(file=""):
            export.forget()
        Report.objects.filter(supplier=supplier).delete()
        ConnectionRequest.objects.filter(supplier=supplier).delete()
        Invitation.objects.filter(supplier=supplier).forget()
        profiles.delete()
        SearchAttempt.objects.filter(supplier=supplier).delete()
        BankAccount.objects.filter(supplier=supplier).delete()
        BankAccount.pgh_event_model.objects.filter(supplier_id=supplier.pk).delete()
        SupportRequest.objects.filter(supplier=supplier).delete()
        for things in (
            supplier.exports,
            supplier.notifications,
            supplier.team_invitations,
            supplier.join_requests,
        ):
            things.all().delete()
        AuditEntry.objects.filter(supplier=supplier).delete()
        blank = dict.fromkeys(set(COLUMNS) - {"country"}, "")
        Supplier.objects.filter(pk=supplier.pk).update(name=GONE, **blank)
        Supplier.pgh_event_model.objects.filter(pgh_obj=supplier.pk).delete()
