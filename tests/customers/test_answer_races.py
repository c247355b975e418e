"""Many at once, on a real database: one consistent state, whichever wins."""

import threading

import pytest
from django.db import connection

from core.states import AlreadyDecided
from customers.models import EditConflict, NotOpen, Outcome, StepAnswer, Submission
from tests.builders import connect, make_step

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("empty_queue")]
SAID = [{"question": "x", "kind": "text", "label": {"ko": "a", "en": "a"}, "value": "1"}]


def at_once(*deeds):
    """Run the deeds in threads that start together; return the result or error of each."""
    gate, results = threading.Barrier(len(deeds)), [None] * len(deeds)

    def run(place, deed):
        gate.wait()
        try:
            results[place] = deed()
        except (EditConflict, NotOpen, AlreadyDecided) as error:
            results[place] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(deeds)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


@pytest.fixture
def profile(ada_at_acme, organon):
    return connect(ada_at_acme, organon)


@pytest.fixture
def step(organon):
    return make_step(organon)


@pytest.fixture
def about(ada, now):
    return {"actor": ada, "now": now}


def test_of_sixteen_saves_of_the_same_page_one_wins(profile, step, about):
    def save(number):
        return lambda: StepAnswer.save_draft(profile, step, {"q": str(number)}, version=0, **about)

    results = at_once(*map(save, range(16)))
    winners = [one for one in results if isinstance(one, StepAnswer)]
    assert len(winners) == 1
    assert StepAnswer.objects.get().draft == winners[0].draft
    assert sum(isinstance(one, EditConflict) for one in results) == 15


def test_of_sixteen_decisions_one_wins(profile, step, about, now):
    submission = StepAnswer.submit(profile, step, {}, SAID, version=0, **about)

    def decide(number):
        mine = Submission.objects.get(pk=submission.pk)
        return lambda: mine.approve(now=now) if number % 2 else mine.send_back("No.", now=now)

    results = at_once(*map(decide, range(16)))
    assert sum(isinstance(one, AlreadyDecided) for one in results) == 15
    submission.refresh_from_db()
    assert StepAnswer.objects.get().status == submission.outcome


@pytest.mark.parametrize("_round", range(5))
def test_submit_approve_send_back_and_edit_at_once_leave_one_story(
    _round, profile, step, about, now
):
    first = StepAnswer.submit(profile, step, {}, SAID, version=0, **about)
    at_once(
        lambda: StepAnswer.submit(profile, step, {"q": "new"}, SAID, version=1, **about),
        lambda: StepAnswer.save_draft(profile, step, {"q": "draft"}, version=1, **about),
        lambda: Submission.objects.get(pk=first.pk).approve(now=now),
        lambda: Submission.objects.get(pk=first.pk).send_back("No.", now=now),
    )
    answer = StepAnswer.objects.get()
    versions = list(answer.submissions.order_by("number"))
    last = versions[-1].outcome
    expected = {
        Outcome.WAITING: "submitted",
        Outcome.APPROVED: "approved",
        Outcome.RETURNED: "returned",
    }
    assert answer.status == expected[last]
    assert answer.version == 2
    assert sum(one.outcome == Outcome.WAITING for one in versions) <= 1


def test_answering_against_the_end_of_the_connection(profile, step, about, ada, now):
    results = at_once(
        lambda: StepAnswer.submit(profile, step, {}, SAID, version=0, **about),
        lambda: profile.end("Over.", now=now, actor=ada),
    )
    profile.refresh_from_db()
    assert profile.stage == "ended"
    assert isinstance(results[0], NotOpen | Submission)
    assert Submission.objects.count() == isinstance(results[0], Submission)
