"""How a request stands for the people of its supplier, as their pages show it."""

from dataclasses import dataclass
from datetime import datetime

from connections.models import ConnectionRequest, RequestStatus
from connections.models.request_rules import PairHistory, why_not
from customers.models import Stage


@dataclass(frozen=True)
class Standing:
    """A request with its status at a moment, and what the supplier can do about it."""

    asked: ConnectionRequest
    shown: str  # a RequestStatus, or Stage.ENDED when the connection that came of it is over
    can_ask_again: bool = False
    ask_from: datetime | None = None  # asking again is possible from then on

    @property
    def can_withdraw(self) -> bool:
        return self.shown == RequestStatus.PENDING

    @classmethod
    def of(cls, asked: ConnectionRequest, now: datetime) -> "Standing":
        """Say how a request stands at `now`; the request comes from with_history()."""
        is_past = asked.status == RequestStatus.ACCEPTED and not asked.profile.is_connected
        shown = Stage.ENDED if is_past else asked.status_at(now)
        is_over = shown not in (RequestStatus.PENDING, RequestStatus.ACCEPTED)
        # An older request of the pair offers nothing: the newest says it.
        if not is_over or asked.created_at != asked.newest_at:
            return cls(asked, shown)
        refusal = why_not(asked.profile, PairHistory.of(asked, now), now)
        return cls(asked, shown, refusal is None, refusal and refusal.when)
