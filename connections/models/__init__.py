from connections.models.asking import CannotRequest
from connections.models.attempts import NoneLeft, SearchAttempt
from connections.models.batches import InvitationBatch
from connections.models.dismissals import Dismissal
from connections.models.exports import Export
from connections.models.fates import CannotInviteSupplier, Fate
from connections.models.invitations import Invitation
from connections.models.reports import Mute, Report
from connections.models.requests import ConnectionRequest, Status

__all__ = [
    "CannotInviteSupplier",
    "CannotRequest",
    "ConnectionRequest",
    "Dismissal",
    "Export",
    "Fate",
    "Invitation",
    "InvitationBatch",
    "Mute",
    "NoneLeft",
    "Report",
    "SearchAttempt",
    "Status",
]
