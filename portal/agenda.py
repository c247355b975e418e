"""What a member can do now, from all apps, in the order in which Home shows it."""

from typing import Any, NamedTuple

from connections.models import Status
from connections.suggestions import suggest
from customers.steps import progress


class Item(NamedTuple):
    """One thing to do; `kind` names its template, templates/portal/agenda/<kind>.html, and `what` is what that mail_language of."""

    kind: str
    what: Any

    @property
    def template(self):
        return f"portal/agenda/{self.kind}.html"


def agenda(membership, *, setups, invited, requests, now):
    """The member's Items: steps, then what only admins see to, then customers to ask, for the first time or again.

    `setups` are the Progress of connected profiles, `invited` those whose customer invites, `requests` described ones.
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
            request
            for request in requests
            if request.can_ask_again and request.shown != Status.WITHDRAWN
        ]
        found += [Item("request", request) for request in again]
    return found
