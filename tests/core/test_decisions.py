"""The machine of what waits until it is decided once: all four models keep its promises."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from accounts.models import JoinRequest, TeamInvitation
from connections.models import ConnectionRequest, Invitation
from core.models import DecidedInTime, DecidedOnce
from core.models.decisions import EXPIRED, PENDING, REVOKED
from core.states import AlreadyDecided
from tests.builders import invite, make_request, make_user

IN_TIME = [ConnectionRequest, Invitation, TeamInvitation]


@pytest.fixture
def waiting(ada_at_acme, acme, organon, now):
    """A pending row of each model, by the real verbs."""
    return {
        ConnectionRequest: make_request(ada_at_acme, organon, now=now),
        Invitation: invite(organon, now=now),
        TeamInvitation: TeamInvitation.invite(ada_at_acme, "new@acme.example", "member", now=now),
        JoinRequest: JoinRequest.ask(make_user("nora@acme.example", "Nora"), acme, now=now),
    }


def test_the_test_knows_every_model_of_the_machine():
    assert set(DecidedInTime.__subclasses__()) == set(IN_TIME)
    assert set(DecidedOnce.__subclasses__()) == {DecidedInTime, JoinRequest}


@pytest.mark.parametrize("model", [*IN_TIME, JoinRequest])
def test_the_words_of_the_machine_are_those_of_the_model(model):
    status = model._meta.get_field("status")
    words = {value for value, _label in status.choices}
    assert status.default == PENDING
    assert {PENDING, EXPIRED} <= words or model is JoinRequest


@pytest.mark.parametrize("model", [*IN_TIME, JoinRequest])
def test_a_decided_row_has_a_date(model, waiting, now):
    rows = model.objects.filter(pk=waiting[model].pk)
    with pytest.raises(IntegrityError, match="decided_has_a_date"), transaction.atomic():
        rows.update(status="withdrawn")
    with pytest.raises(IntegrityError, match="decided_has_a_date"), transaction.atomic():
        rows.update(decided_at=now)


@pytest.mark.parametrize("model", IN_TIME)
def test_an_overdue_row_counts_as_expired_before_the_worker_has_run(model, waiting, now):
    row, end = waiting[model], waiting[model].expires_at
    before, rows = end - timedelta(seconds=1), model.objects.filter(pk=row.pk)
    assert row.status_at(before) == PENDING
    assert row.status_at(end) == EXPIRED
    assert rows.waiting(before).exists()
    assert not rows.overdue(before).exists()
    assert not rows.waiting(end).exists()
    assert rows.overdue(end).exists()


@pytest.mark.parametrize("model", [Invitation, TeamInvitation])
def test_an_overdue_invitation_may_be_revoked_but_not_accepted(model, waiting):
    end, rows = waiting[model].expires_at, model.objects.filter(pk=waiting[model].pk)
    assert not rows.may_become("accepted", end).exists()
    assert rows.may_become(REVOKED, end).exists()


def test_a_row_that_lost_keeps_what_it_had_read(waiting, ada, now):
    asked = waiting[ConnectionRequest]
    ConnectionRequest.objects.get(pk=asked.pk).withdraw(now=now, actor=ada)
    with pytest.raises(AlreadyDecided):
        asked.accept(now=now)
    assert asked.status == PENDING
    assert asked.decided_at is None
