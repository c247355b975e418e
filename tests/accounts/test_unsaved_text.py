"""Text typed into a step is never lost: it comes back to the same person, or can be copied."""

import re

import pytest
from django.test import Client
from django.urls import reverse

from customers.models import StepAnswer
from tests.builders import PASSWORD, connect, make_step


@pytest.fixture
def profile(ada_at_acme, organon):
    return connect(ada_at_acme, organon)


@pytest.fixture
def step(profile):
    return make_step(profile.customer, "Company", "text", "long_text")


@pytest.fixture
def path(profile, step):
    return reverse("customers:step", args=[profile.pk, step.pk])


@pytest.fixture
def typed(client_of, ada, path, step):
    who = client_of(ada).get(path).context["who"]
    return {"version": 0, "who": who, step.questions.first().name: "long work"}


def log_in(client, user):
    client.post("/accounts/login/", {"login": user.email, "password": PASSWORD})


def test_text_typed_in_an_ended_session_comes_back_to_the_same_person(path, typed, ada):
    stranger = Client()
    answer = stranger.post(path + "submit/", typed)
    assert answer.url == f"/accounts/login/?next={path}"
    log_in(stranger, ada)
    text = stranger.get(path).content.decode()
    assert "Your text is back." in text
    assert 'value="long work"' in text
    assert not StepAnswer.objects.exists()


def test_text_that_comes_back_stands_beside_what_a_colleague_saved_meanwhile(
    path, typed, step, ada, mia, client_of
):
    stranger = Client()
    stranger.post(path + "save/", typed)
    client_of(mia).post(path + "save/", {"version": 0, step.questions.first().name: "hers"})
    log_in(stranger, ada)
    text = stranger.get(path).content.decode()
    assert "Mia Lee saved this step while you were writing." in text
    assert 'value="long work"' in text
    assert re.search(r"Saved meanwhile:</b>\s+hers", text)


def test_text_kept_for_one_person_is_not_shown_to_another(path, typed, mia):
    shared = Client()
    shared.post(path + "save/", typed)
    log_in(shared, mia)
    assert "long work" not in shared.get(path).content.decode()


def retire(profile, step, ada, now):
    step.retire(now=now)


def delete(profile, step, ada, now):
    step.delete()


def end(profile, step, ada, now):
    profile.end("Over.", now=now, actor=ada)


def lock(profile, step, ada, now):
    step.opens_after.set([make_step(profile.customer, "First")])


@pytest.mark.parametrize("change", [retire, delete, end, lock])
def test_text_for_a_step_that_is_gone_or_closed_stands_there_to_be_copied(
    change, path, typed, profile, step, ada, now, client_of
):
    change(profile, step, ada, now)
    answer = client_of(ada).post(path + "save/", typed)
    assert answer.status_code == 409
    assert answer.context["typed"] == "long work"
    stranger = Client()
    stranger.post(path + "save/", typed)
    log_in(stranger, ada)
    assert stranger.get(path).context["typed"] == "long work"


def test_a_page_from_before_a_log_in_in_another_tab_comes_back_with_its_text(path, typed, ada, mia):
    for person, comes in ((ada, True), (mia, False)):
        browser = Client(enforce_csrf_checks=True)
        browser.force_login(person)
        answer = browser.post(path + "save/", typed | {"csrfmiddlewaretoken": "x" * 64})
        assert answer.url == path
        assert ("long work" in browser.get(path).content.decode()) is comes
    assert not StepAnswer.objects.exists()
    assert browser.post(path + "save/", {"csrfmiddlewaretoken": "x" * 64}).status_code == 403


def test_text_comes_back_after_switching_to_the_company_it_is_for(
    path, typed, profile, ada, rival, client_of
):
    rival.memberships.create(user=ada, role="admin")
    browser = client_of(ada)
    browser.post(reverse("accounts:switch"), {"supplier": rival.pk})
    offer = browser.post(path + "save/", typed).context
    assert offer["next"] == path
    browser.post(
        reverse("accounts:switch"), {"supplier": profile.supplier_id, "next": offer["next"]}
    )
    assert 'value="long work"' in browser.get(path).content.decode()
