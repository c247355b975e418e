from accounts.models.notifications import Notification, notify
from accounts.models.people import Consent, Membership, PendingCompany, Role, User, person_key
from accounts.models.records import AuditEntry, SupportRequest
from accounts.models.suppliers import Supplier

__all__ = [
    "AuditEntry",
    "Consent",
    "Membership",
    "Notification",
    "PendingCompany",
    "Role",
    "Supplier",
    "SupportRequest",
    "User",
    "notify",
    "person_key",
]
