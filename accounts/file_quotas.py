"""How much a company may keep and a person may upload a day, counted exactly."""

from datetime import datetime
from math import ceil

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.core.exceptions import ValidationError
from django.db.models import Sum
from django.utils.translation import gettext as _

from accounts.models.suppliers import Supplier
from core.models import DailyCount, today
from core.models.files import StoredFile

MB = 2**20
KB = 2**10  # a day is counted in these: a column of bytes would end at 2,047 MB


def make_room(
    supplier: Supplier, size: int, *, now: datetime, person: AbstractBaseUser | None = None
) -> None:
    """Raise ValidationError when the company, or the person today, has no room for a file.

    Call it in the transaction that stores the file of `size` bytes. Without a person it is a copy
    of a file that was uploaded before.
    """
    # The row is locked until the file is stored: of two at once the second counts the first.
    Supplier.objects.select_for_update(no_key=True).get(pk=supplier.pk)
    if kept(supplier) + size > settings.PORTAL_COMPANY_FILES_MB * MB:
        words = _("Your company’s files may take %(limit)d MB in all. Remove old documents first.")
        raise ValidationError(words % {"limit": settings.PORTAL_COMPANY_FILES_MB}, code="company")
    limit = settings.PORTAL_PERSON_FILES_MB_A_DAY
    if person and not DailyCount.objects.spend(
        "files", str(person.pk), today(now), limit * MB // KB, ceil(size / KB)
    ):
        words = _("You can upload %(limit)d MB of files a day. Upload this one tomorrow.")
        raise ValidationError(words % {"limit": limit}, code="day")


def kept(supplier: Supplier) -> int:
    """Return how many bytes the stored files of a supplier take, of all kinds that are its own."""
    sizes = [
        model.objects.filter(**{model.supplier_path: supplier}).aggregate(sum=Sum("size"))["sum"]
        for model in StoredFile.__subclasses__()
    ]
    return sum(size or 0 for size in sizes)
