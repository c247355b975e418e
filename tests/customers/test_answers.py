"""The state machine of a step: draft, submitted, returned, approved; each decided once."""

import pytest

from accounts.models import AuditEntry, Notification
from core.states import AlreadyDecided
from customers.members import limit_to
from customers.models import EditConflict, NotOpen, StepAnswer, Submission
from tests.builders import connect, make_step

SAID = [{"question": "x", "kind": "text", "label": {"ko": "가", "en": "A"}, "value": "1"}]


@pytest.fixture
def profile(ada_at_acme, organon):
    return connect(ada_at_acme, organon)


@pytest.fixture
def step(organon):
    return make_step(organon)


@pytest.fixture
def save(profile, step, ada, now):
    def save(values=None, version=0, **more):
        about = {"version": version, "actor": ada, "now": now} | more
        return StepAnswer.save_draft(
            profile, step, {"q": "1"} if values is None else values, **about
        )

    return save


@pytest.fixture
def submit(profile, step, ada, now):
    def submit(version=0, said=SAID, **more):
        about = {"version": version, "actor": ada, "now": now} | more
        return StepAnswer.submit(profile, step, {"q": "1"}, said, **about)

    return submit


def state(profile, step):
    answer = StepAnswer.objects.get(profile=profile, step=step)
    outcomes = list(answer.submissions.order_by("number").values_list("outcome", flat=True))
    return answer.status, answer.has_draft, outcomes


def test_a_draft_is_nothing_for_the_customer(save, profile, step):
    save()
    assert state(profile, step) == ("draft", True, [])


def test_submitting_freezes_a_version(submit, profile, step):
    submission = submit()
    assert state(profile, step) == ("submitted", False, ["waiting"])
    assert submission.number == 1
    assert submission.answers == SAID


def test_a_later_edit_is_a_draft_beside_what_waits(save, submit, profile, step):
    submit()
    save({"q": "2"}, version=1)
    assert state(profile, step) == ("submitted", True, ["waiting"])


def test_submitting_again_replaces_what_waits(submit, profile, step):
    submit()
    submit(version=1)
    assert state(profile, step) == ("submitted", False, ["replaced", "waiting"])


def test_approving_names_the_version_of_the_step(submit, profile, step, now):
    submit().approve(now=now)
    assert state(profile, step) == ("approved", False, ["approved"])
    assert StepAnswer.objects.get().approved_version == 1


def test_approving_names_the_version_that_was_answered_not_the_one_asked_since(
    submit, profile, step, now
):
    submit()
    step.ask_again(step.questions.all())
    Submission.objects.get().approve(now=now)
    assert StepAnswer.objects.get().approved_version == 1


def test_sending_back_keeps_the_comment(submit, profile, step, now):
    submit().send_back("It expired.", now=now)
    assert state(profile, step) == ("returned", False, ["returned"])
    assert Submission.objects.get().comment == "It expired."


def test_what_was_sent_back_is_submitted_as_a_new_version(submit, profile, step, now):
    submit().send_back("No.", now=now)
    submit(version=1)
    assert state(profile, step) == ("submitted", False, ["returned", "waiting"])


def test_a_change_after_approval_is_a_new_version_and_the_old_approval_stays(
    submit, save, profile, step, now
):
    submit().approve(now=now)
    save({"q": "2"}, version=1)
    assert state(profile, step) == ("approved", True, ["approved"])
    submit(version=2).send_back("No.", now=now)
    assert state(profile, step) == ("returned", False, ["approved", "returned"])
    assert StepAnswer.objects.get().approved_version == 1


@pytest.mark.parametrize("first", ["approve", "send_back", "replace"])
@pytest.mark.parametrize("second", ["approve", "send_back"])
def test_a_version_is_decided_once(first, second, submit, now):
    submission = submit()
    decide = {
        "approve": lambda one: one.approve(now=now),
        "send_back": lambda one: one.send_back("No.", now=now),
    }
    if first == "replace":
        submit(version=1)
    else:
        decide[first](Submission.objects.get())
    before = list(Submission.objects.order_by("number").values("outcome", "comment"))
    with pytest.raises(AlreadyDecided):
        decide[second](submission)
    assert list(Submission.objects.order_by("number").values("outcome", "comment")) == before


def test_a_planted_lost_update_is_refused(save):
    save({"q": "mine"})
    with pytest.raises(EditConflict):
        save({"q": "theirs, from an older page"})
    assert StepAnswer.objects.get().draft == {"q": "mine"}


def test_submitting_an_older_page_is_refused(save, submit):
    save({"q": "mine"})
    with pytest.raises(EditConflict):
        submit(version=0)
    assert not Submission.objects.exists()


def test_nothing_can_be_answered_after_the_end(save, submit, profile, ada, now):
    submission = submit()
    profile.end("We stop.", now=now, actor=ada)
    with pytest.raises(NotOpen):
        save(version=1)
    with pytest.raises(AlreadyDecided):
        submission.approve(now=now)


def test_a_step_opens_when_the_ones_before_are_approved(profile, organon, step, submit, ada, now):
    bank = make_step(organon, "Bank", opens_after=[step])
    with pytest.raises(NotOpen):
        StepAnswer.save_draft(profile, bank, {}, version=0, actor=ada, now=now)
    submit().approve(now=now)
    StepAnswer.save_draft(profile, bank, {}, version=0, actor=ada, now=now)
    assert StepAnswer.objects.filter(step=bank).exists()


def test_a_retired_step_before_locks_nothing(profile, organon, step, ada, now):
    bank = make_step(organon, "Bank", opens_after=[step])
    step.retire(now=now)
    assert StepAnswer.save_draft(profile, bank, {}, version=0, actor=ada, now=now).has_draft


def test_decisions_ring_the_bell_and_write_the_audit_trail(submit, ada, vic_at_acme, now):
    submit().send_back("It expired.", now=now)
    rung = {
        (note.user, note.kind, note.data["comment"])
        for note in Notification.objects.filter(kind="step_returned")
    }
    assert rung == {
        (ada, "step_returned", "It expired."),
        (vic_at_acme.user, "step_returned", "It expired."),
    }
    kinds = list(
        AuditEntry.objects.filter(kind__startswith="step_")
        .order_by("pk")
        .values_list("kind", flat=True)
    )
    assert kinds == ["step_submitted", "step_returned"]


def test_a_step_that_is_no_longer_asked_for_is_not_open(submit, save, step, now):
    step.retire(now=now)
    for change in (submit, save):
        with pytest.raises(NotOpen):
            change()
    assert not StepAnswer.objects.exists()


def test_what_is_submitted_is_in_nobodys_hand_any_more(
    submit, profile, step, mia_at_acme, ada, now
):
    StepAnswer.hand_over(profile, step, mia_at_acme, actor=ada, now=now)
    submit()
    assert StepAnswer.objects.get().member is None


def test_who_takes_a_step_for_themselves_is_not_told(profile, step, mia_at_acme, ada_at_acme, now):
    for member in (ada_at_acme, mia_at_acme):
        StepAnswer.hand_over(profile, step, member, actor=ada_at_acme.user, now=now)
    assert Notification.objects.get(kind="step_handed").user == mia_at_acme.user


def test_a_decision_rings_only_for_who_sees_the_customer(submit, ada, mia_at_acme, now):
    limit_to(mia_at_acme, [], now=now, actor=ada)
    submit().approve(now=now)
    assert Notification.objects.get(kind="step_approved").user == ada
