from core.models.codes import Code
from core.models.counts import DailyCount, starts_again, today
from core.models.imports import TableImport
from core.models.links import Link
from core.models.mail import Mail
from core.models.tallies import Tally

__all__ = ["Code", "DailyCount", "Link", "Mail", "TableImport", "Tally", "starts_again", "today"]
