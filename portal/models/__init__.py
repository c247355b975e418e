from portal.models.codes import Code
from portal.models.counts import DailyCount, starts_again, today
from portal.models.links import Link
from portal.models.mail import Mail

__all__ = ["Code", "DailyCount", "Link", "Mail", "starts_again", "today"]
