from portal.models.codes import Code
from portal.models.counts import DailyCount, starts_again, today
from portal.models.imports import TableImport
from portal.models.links import Link
from portal.models.mail import Mail

__all__ = ["Code", "DailyCount", "Link", "Mail", "TableImport", "starts_again", "today"]
