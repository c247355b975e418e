from connections.models.attempts import NoneLeft, SearchAttempt
from connections.models.exports import Export
from connections.models.reports import Mute, Report
from connections.models.requests import CannotRequest, ConnectionRequest, Dismissal, Status

__all__ = [
    "CannotRequest",
    "ConnectionRequest",
    "Dismissal",
    "Export",
    "Mute",
    "NoneLeft",
    "Report",
    "SearchAttempt",
    "Status",
]
