from portal.models.codes import Code
from portal.models.counts import DailyCount
from portal.models.links import Link
from portal.models.mail import Mail

__all__ = ["Code", "DailyCount", "Link", "Mail"]
