from connections.models.attempts import NoneLeft, SearchAttempt
from connections.models.batches import BatchState, InvitationBatch
from connections.models.dismissals import Dismissal
from connections.models.invitation_checks import CannotInviteSupplier, Verdict
from connections.models.invitations import Invitation, InvitationStatus
from connections.models.reports import Report, ReportKind
from connections.models.request_rules import CannotRequest
from connections.models.requests import ConnectionRequest, Status

__all__ = [
    "BatchState",
    "CannotInviteSupplier",
    "CannotRequest",
    "ConnectionRequest",
    "Dismissal",
    "Invitation",
    "InvitationBatch",
    "InvitationStatus",
    "NoneLeft",
    "Report",
    "ReportKind",
    "SearchAttempt",
    "Status",
    "Verdict",
]
