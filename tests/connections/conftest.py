"""Nora, and the invitation that Organon sent her."""

import pytest

from tests.builders import make_user
from tests.connections.test_invitations import NEW, invite


@pytest.fixture
def nora(db):
    return make_user(NEW, "Nora Yun", language="en")


@pytest.fixture
def invitation(organon):
    return invite(organon)
