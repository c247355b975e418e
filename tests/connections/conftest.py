"""Nora, and the invitation that Organon sent her; the decisions on a request."""

import pytest

from tests.builders import NEW, invite, make_user
from tests.fixtures_mail import mailed_token

DECISIONS = {
    "accepted": lambda request, now, user: request.accept(now=now, actor=user),
    "declined": lambda request, now, user: request.decline("other", now=now, actor=user),
    "withdrawn": lambda request, now, user: request.withdraw(now=now, actor=user),
}
STAGES = {"accepted": "connected", "declined": "dropped", "withdrawn": "dropped"}


def token_to(address=NEW):
    return mailed_token("invitation", address)


@pytest.fixture
def nora(db):
    return make_user(NEW, "Nora Yun", language="en")


@pytest.fixture
def invitation(organon):
    return invite(organon)
