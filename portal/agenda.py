"""The agenda: what a member can do now, from all apps, in the order of Home."""

from typing import Any, NamedTuple

from connections.models import RequestStatus
from connections.suggestions import suggest
from customers.steps import progress


class Item(NamedTuple):
    """A thing to do: templates/portal/agenda/<kind>.html shows `what` it is about."""

    kind: str
    what: Any

    @property
    def template(self):
        return f"portal/agenda/{self.kind}.html"


def agenda(membership, *, setups, invited, standings, now):
    """List the member's Items: steps, matters of admins, then customers to ask, first or again.

    `setups` are the Progress of connected profiles, `invited` the profiles whose customer invites,
    `standings` those of open requests.
    """
    found = []
    if membership.may_act:
        found += [Item("step", pair) for pair in progress.agenda(setups, membership)]
    if membership.is_admin:
        found += [Item("invitation", profile) for profile in invited]
        found += [Item("joining", membership.asking)] if membership.asking else []
    if membership.may_act:
        found += [Item("suggestion", suggestion) for suggestion in suggest(membership, now)]
        again = [
            standing
            for standing in standings
            if standing.can_ask_again and standing.shown != RequestStatus.WITHDRAWN
        ]
        found += [Item("request", standing) for standing in again]
    return found
