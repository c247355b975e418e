"""The month of the demo: its moment, its cast, and a look back."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from accounts.models import Membership, Supplier
from core.models import Link
from customers.models import Customer


@dataclass
class Month:
    """The moment and the cast, which the parts of the demo share and fill in."""

    now: datetime
    customers: dict[str, Customer] = field(default_factory=dict)  # by name
    suppliers: dict[str, Supplier] = field(default_factory=dict)  # by their word in people.py
    members: dict[str, Membership] = field(default_factory=dict)  # by e-mail

    @property
    def ada(self) -> Membership:
        return self.members["admin@acme.example"]

    @property
    def mia(self) -> Membership:
        return self.members["member@acme.example"]

    def ago(self, days: int) -> datetime:
        return self.now - timedelta(days=days)

    def newest_link(self) -> Link:
        # Of the newest request: the holder of the link decides about it.
        return Link.objects.order_by("-pk").first()
