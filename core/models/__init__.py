from core.models.codes import Code
from core.models.counts import DailyCount, starts_again, today
from core.models.imports import TableImport
from core.models.leases import Lease
from core.models.links import Link
from core.models.mail import Mail

__all__ = ["Code", "DailyCount", "Lease", "Link", "Mail", "TableImport", "starts_again", "today"]
