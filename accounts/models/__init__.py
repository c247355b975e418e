from accounts.models.addresses import EmailChange
from accounts.models.banks import BankAccount
from accounts.models.devices import KnownDevice
from accounts.models.documents import Document, tell_of_expiry
from accounts.models.memberships import LastAdmin, Membership, Role
from accounts.models.notifications import Letter, Notification, Preference, Way, notify
from accounts.models.people import Consent, PendingCompany, User, person_key
from accounts.models.records import AuditEntry, SupportRequest
from accounts.models.suppliers import Supplier
from accounts.models.team import CannotInvite, JoinRequest, TeamInvitation

__all__ = [
    "AuditEntry",
    "BankAccount",
    "CannotInvite",
    "Consent",
    "Document",
    "EmailChange",
    "JoinRequest",
    "KnownDevice",
    "LastAdmin",
    "Letter",
    "Membership",
    "Notification",
    "PendingCompany",
    "Preference",
    "Role",
    "Supplier",
    "SupportRequest",
    "TeamInvitation",
    "User",
    "Way",
    "notify",
    "person_key",
    "tell_of_expiry",
]
