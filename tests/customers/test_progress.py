"""The progress of a setup: the same words everywhere, and as cheap with many steps as with few."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from customers.models import CustomerProfile, StepAnswer
from customers.steps import progress
from tests.builders import connect, make_customer, make_step

SAID = [{"question": "x", "kind": "text", "label": {"ko": "a", "en": "a"}, "value": "1"}]


@pytest.fixture
def profile(ada_at_acme, organon):
    return connect(ada_at_acme, organon)


@pytest.fixture
def submit(profile, ada, now):
    def submit(step, version=0):
        return StepAnswer.submit(profile, step, {}, SAID, version=version, actor=ada, now=now)

    return submit


def read(profile):
    [setup] = progress.read(progress.with_steps(CustomerProfile.objects.filter(pk=profile.pk)))
    return setup


def states(profile):
    return [one.state for one in read(profile).steps]


def test_the_states_and_words_of_a_setup(profile, organon, submit, ada, now):
    one, two = make_step(organon, "One"), make_step(organon, "Two")
    last = make_step(organon, "Last", opens_after=[one, two])
    assert states(profile) == ["next", "next", "locked"]
    assert read(profile).word == "not_started"
    StepAnswer.save_draft(profile, one, {}, version=0, actor=ada, now=now)
    assert states(profile) == ["now", "next", "locked"]
    assert read(profile).word == "started"
    first, second = submit(one, version=1), submit(two)
    assert states(profile) == ["wait", "wait", "locked"]
    assert read(profile).word == "with_customer"
    first.send_back("No.", now=now)
    assert states(profile) == ["due", "wait", "locked"]
    assert read(profile).word == "needs_you"
    submit(one, version=2).approve(now=now)
    second.approve(now=now)
    assert states(profile) == ["done", "done", "next"]
    assert read(profile).word == "started"
    assert read(profile).is_last
    submit(last).approve(now=now)
    assert states(profile) == ["done"] * 3
    assert read(profile).word == "complete"
    assert read(profile).done == 3


def test_something_new_makes_an_approved_step_due_again_and_no_other(profile, organon, submit, now):
    one, two = make_step(organon, "One"), make_step(organon, "Two")
    submit(one).approve(now=now)
    submit(two).approve(now=now)
    one.ask_again([one.questions.get()])
    assert states(profile) == ["due", "done"]
    one.refresh_from_db()
    submit(one, version=1).approve(now=now)
    assert states(profile) == ["done", "done"]


def test_what_comes_back_after_something_new_says_why(
    profile, organon, submit, now, client_of, ada
):
    step = make_step(organon, "One")
    submit(step).approve(now=now)
    step.ask_again([step.questions.get()])
    assert "Answer One for Organon" in client_of(ada).get("/").content.decode()
    submit(step, version=1).send_back("The seal is missing.", now=now)
    for path in (
        ("customers:profile", profile.pk),
        ("customers:step", profile.pk, step.pk),
        ("home",),
    ):
        text = client_of(ada).get(reverse(path[0], args=path[1:])).content.decode()
        assert "The seal is missing." in text, path
        assert "something new" not in text, path


def test_what_was_submitted_stays_within_reach(profile, organon, submit, now, client_of, ada, vic):
    step = make_step(organon, "One")
    submit(step).approve(now=now)
    submit(step, version=1).send_back("No.", now=now)
    approved = reverse("customers:submission", args=[profile.pk, step.pk, 1])
    page = reverse("customers:step", args=[profile.pk, step.pk])
    for person in (ada, vic):
        assert approved in client_of(person).get(page).content.decode()
    step.retire(now=now)
    text = client_of(ada).get(reverse("customers:profile", args=[profile.pk])).content.decode()
    assert reverse("customers:submission", args=[profile.pk, step.pk, 2]) in text
    assert (
        approved
        in client_of(ada)
        .get(reverse("customers:submission", args=[profile.pk, step.pk, 2]))
        .content.decode()
    )


def test_a_customer_that_asks_for_nothing_has_no_progress(profile):
    assert not bool(read(profile))
    assert read(profile).word == ""


def test_what_is_first_to_do(profile, organon, submit, ada, now):
    steps = [make_step(organon, title, order=place) for place, title in enumerate("ABC")]
    assert read(profile).next_step.step.title == "A"
    StepAnswer.save_draft(profile, steps[1], {}, version=0, actor=ada, now=now)
    assert read(profile).next_step.step.title == "B"
    submit(steps[2]).send_back("No.", now=now)
    assert read(profile).next_step.step.title == "C"


def test_the_same_progress_in_the_list_on_the_profile_and_on_home(
    profile, organon, submit, client_of, ada, now
):
    steps = [make_step(organon, title) for title in "ABCDEF"]
    for step in steps[:2]:
        submit(step).approve(now=now)
    client = client_of(ada)
    for path in (
        reverse("customers:list"),
        reverse("customers:profile", args=[profile.pk]),
        reverse("home"),
    ):
        assert "2 of 6 steps" in client.get(path).content.decode(), path
    text = client.get(path := reverse("customers:profile", args=[profile.pk])).content.decode()
    assert "You’ve already started some of the steps needed to do business with Organon." in text, (
        path
    )
    assert "Continue: C" in text


def queries(client, path):
    client.get(path)
    with CaptureQueriesContext(connection) as captured:
        assert client.get(path).status_code == 200
    return len([query for query in captured if "SAVEPOINT" not in query["sql"]])


def test_pages_do_the_same_queries_at_3_and_12_steps(profile, organon, submit, client_of, ada):
    client, counts = client_of(ada), []
    for numbers in (range(3), range(3, 12)):
        steps = [make_step(organon, f"Step {number}") for number in numbers]
        for step in steps[::2]:
            submit(step)
        paths = [
            reverse("home"),
            reverse("customers:list"),
            reverse("customers:profile", args=[profile.pk]),
            reverse("customers:step", args=[profile.pk, steps[0].pk]),
            reverse("customers:submission", args=[profile.pk, steps[0].pk, 1]),
        ]
        counts.append([queries(client, path) for path in paths])
    assert counts[0] == counts[1]
    assert max(counts[0]) <= 9


def test_pages_do_the_same_queries_at_3_and_12_customers(
    ada_at_acme, client_of, ada, now, settings
):
    settings.PORTAL_REQUESTS_A_DAY = 1000
    client, counts = client_of(ada), []
    for numbers in (range(3), range(3, 12)):
        for number in numbers:
            customer = make_customer(f"Customer {number}")
            profile = connect(ada_at_acme, customer)
            StepAnswer.submit(profile, make_step(customer), {}, SAID, version=0, actor=ada, now=now)
        paths = [
            reverse("home"),
            reverse("customers:list"),
            reverse("customers:profile", args=[profile.pk]),
        ]
        counts.append([queries(client, path) for path in paths])
    assert counts[0] == counts[1]
    assert max(counts[0]) <= 9


def test_the_hardest_step_stays_within_the_budget(profile, organon, client_of, ada):
    step = make_step(
        organon,
        "All",
        *[
            {"kind": kind, "prefill": "bank_account" if kind == "bank_account" else ""}
            for kind in ("text", "bank_account")
        ],
        {"kind": "file", "prefill": "insurance_certificate"},
    )
    path = reverse("customers:step", args=[profile.pk, step.pk])
    assert queries(client_of(ada), path) <= 9


@pytest.mark.parametrize(
    "change", [{"is_active": False}, {"role": "viewer"}, {"sees_all_customers": False}]
)
def test_a_step_of_somebody_who_may_no_longer_answer_it_is_everybodys_again(
    change, profile, organon, mia_at_acme, client_of, ada, now
):
    step = make_step(organon, "Company")
    StepAnswer.hand_over(profile, step, mia_at_acme, actor=ada, now=now)
    client = client_of(ada)
    assert "Start Company for Organon" not in client.get("/").content.decode()
    for name, value in change.items():
        setattr(mia_at_acme, name, value)
    mia_at_acme.save(update_fields=list(change))
    assert "Start Company for Organon" in client.get("/").content.decode()
