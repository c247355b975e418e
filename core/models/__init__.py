from core.models.codes import Code
from core.models.counts import DailyCount, starts_again, today
from core.models.decisions import (
    DecidedInTime,
    DecidedInTimeQuerySet,
    DecidedOnce,
    DecidedOnceQuerySet,
)
from core.models.imports import TableImport
from core.models.leases import Lease
from core.models.limits import Tally
from core.models.links import Link
from core.models.mail import Mail
from core.models.work import WorkInProgress

__all__ = [
    "Code",
    "DailyCount",
    "DecidedInTime",
    "DecidedInTimeQuerySet",
    "DecidedOnce",
    "DecidedOnceQuerySet",
    "Lease",
    "Link",
    "Mail",
    "TableImport",
    "Tally",
    "WorkInProgress",
    "starts_again",
    "today",
]
