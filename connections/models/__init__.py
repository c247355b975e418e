from connections.models.attempts import NoneLeft, SearchAttempt
from connections.models.batches import BatchStatus, InvitationBatch
from connections.models.choices import InvitationStatus, Origin, Reason, RequestStatus
from connections.models.dismissals import Dismissal
from connections.models.invitation_checks import CannotInviteSupplier, Verdict
from connections.models.invitations import Invitation
from connections.models.reports import Report, ReportKind
from connections.models.request_rules import CannotRequest, Refusal
from connections.models.requests import ConnectionRequest

__all__ = [
    "BatchStatus",
    "CannotInviteSupplier",
    "CannotRequest",
    "ConnectionRequest",
    "Dismissal",
    "Invitation",
    "InvitationBatch",
    "InvitationStatus",
    "NoneLeft",
    "Origin",
    "Reason",
    "Refusal",
    "Report",
    "ReportKind",
    "RequestStatus",
    "SearchAttempt",
    "Verdict",
]
