"""The reviewer's link: a code in a new browser, approving, sending back, files, and nothing for others."""

import re
import time
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from procrastinate.contrib.django.models import ProcrastinateJob

from core.models import Code, Link, Mail
from customers.jobs import tell_reviewers
from customers.models import StepAnswer, Submission, Upload
from tests.builders import connect, make_customer, make_step
from tests.files import a_pdf
from tests.fixtures_mail import mailed_code


@pytest.fixture
def profile(ada_at_acme, organon):
    organon.contacts.create(
        email="rita@organon.example", name="Rita", reviews_setups=True, gets_requests=False
    )
    return connect(ada_at_acme, organon)


@pytest.fixture
def submit(profile, ada, now):
    """submit(step, value) submits a text answer as Ada, by the real verb."""

    def submit(step, value="32 Songdo", version=0):
        question = step.questions.first()
        labels = {"ko": question.label_en, "en": question.label_en}
        said = [
            {"question": str(question.pk), "kind": question.kind, "label": labels, "value": value}
        ]
        return StepAnswer.submit(
            profile, step, {question.name: value}, said, version=version, actor=ada, now=now
        )

    return submit


@pytest.fixture
def token(profile, now):
    return Link.issue("review", profile.pk, "rita@organon.example", now + timedelta(days=30))[1]


def let_in(token):
    """Return a browser that has typed the code."""
    client = Client(headers={"accept-language": "en"})
    client.post(reverse("customers:review_code", args=[token]))
    code = mailed_code(name="review_code")
    assert (
        client.post(reverse("customers:review_open", args=[token]), {"code": code}).status_code
        == 302
    )
    return client


def path(what, token, *more):
    return reverse(f"customers:{what}", args=[token, *more])


def test_a_new_browser_sees_nothing_until_it_types_the_code(token, submit, organon):
    submission = submit(make_step(organon))
    client = Client(headers={"accept-language": "en"})
    text = client.get(path("review", token)).content.decode()
    assert "r•••@organon.example" in text
    assert "32 Songdo" not in text
    client.post(path("review_approve", token, submission.pk))
    assert Submission.objects.get().outcome == "waiting"
    assert "32 Songdo" in let_in(token).get(path("review", token)).content.decode()


def test_a_known_browser_opens_the_next_mails_link_without_a_code(
    token, profile, submit, organon, now, rob_at_rival
):
    submit(make_step(organon))
    client, until = let_in(token), now + timedelta(days=30)
    _link, following = Link.issue("review", profile.pk, "Rita@organon.example", until)
    assert "32 Songdo" in client.get(path("review", following)).content.decode()
    organon.contacts.create(email="ron@organon.example", name="Ron", reviews_setups=True)
    other = make_customer("Other")
    other.contacts.create(email="rita@organon.example", name="Rita", reviews_setups=True)
    for setup, address in (
        (profile, "ron@organon.example"),
        (connect(rob_at_rival, other), "rita@organon.example"),
    ):
        _link, foreign = Link.issue("review", setup.pk, address, until)
        assert "Send me the code" in client.get(path("review", foreign)).content.decode()


def test_no_cache_keeps_what_a_link_shows(token):
    assert Client().get(path("review", token))["Cache-Control"] == "no-store, private"


def test_opening_the_link_changes_nothing(token, submit, organon):
    submit(make_step(organon))
    before = Mail.objects.count()
    for method in ("get", "head"):
        getattr(Client(), method)(path("review", token))
    assert Mail.objects.count() == before
    assert Submission.objects.get().outcome == "waiting"


def test_a_wrong_code_opens_nothing_and_five_kill_it(token, profile):
    client = Client(headers={"accept-language": "en"})
    client.post(path("review_code", token))
    code = mailed_code(name="review_code")
    wrong = "000000" if code != "000000" else "111111"
    for _try in range(5):
        assert (
            "wrong or too old"
            in client.post(path("review_open", token), {"code": wrong}).content.decode()
        )
    assert (
        "wrong or too old"
        in client.post(path("review_open", token), {"code": code}).content.decode()
    )


def test_ten_codes_a_day_go_out_so_that_whoever_has_the_link_can_not_guess(token, one_window):
    client = Client(headers={"accept-language": "en"})
    answers = [client.post(path("review_code", token)) for _code in range(11)]
    assert [answer.status_code for answer in answers] == [200] * 10 + [429]
    assert "Wait 16 hours" in answers[-1].content.decode()
    assert Mail.objects.filter(name="review_code").count() == 10


def test_the_code_is_not_in_the_subject(token):
    Client(headers={"accept-language": "en"}).post(path("review_code", token))
    assert Mail.objects.get(name="review_code").subject == "Your code for Supplier Portal"


def test_a_code_is_not_mailed_after_its_end(token):
    Client().post(path("review_code", token))
    assert (
        Mail.objects.get(name="review_code").valid_until
        == Code.objects.get(purpose="review").expires_at
    )


def test_approving_by_link_says_whose_link_it_was(token, submit, organon):
    submission = submit(make_step(organon))
    let_in(token).post(path("review_approve", token, submission.pk), {"comment": "Thanks"})
    submission.refresh_from_db()
    assert submission.outcome == "approved"
    assert submission.comment == "Thanks"
    assert submission.decided_link.address == "rita@organon.example"


def test_sending_back_needs_a_comment(token, submit, organon):
    submission = submit(make_step(organon))
    client = let_in(token)
    answer = client.post(path("review_return", token, submission.pk), {"comment": " "})
    assert "Say what has to change" in answer.content.decode()
    client.post(path("review_return", token, submission.pk), {"comment": "The address is old."})
    submission.refresh_from_db()
    assert submission.outcome == "returned"
    assert submission.comment == "The address is old."


def test_a_version_that_was_replaced_can_not_be_approved_from_an_older_page(token, submit, organon):
    step = make_step(organon)
    old = submit(step)
    client = let_in(token)
    new = submit(step, "33 Songdo", version=1)
    assert (
        "Nothing was changed" in client.post(path("review_approve", token, old.pk)).content.decode()
    )
    new.refresh_from_db()
    assert new.outcome == "waiting"


def test_the_page_shows_what_changed_since_the_last_version(token, submit, organon, now):
    step = make_step(organon)
    submit(step).send_back("Old.", now=now)
    submit(step, "33 Songdo", version=1)
    text = let_in(token).get(path("review", token)).content.decode()
    assert re.search(r"33 Songdo.*Before:\s*32 Songdo", text, re.DOTALL)


def test_only_submitted_files_are_given_out(token, organon, profile, ada, now, submit):
    step = make_step(organon, "Papers", "file")
    upload = Upload.keep(
        _checked(a_pdf()), profile=profile, question=step.questions.get().pk, uploaded_by=ada
    )
    client = let_in(token)
    file = path("review_file", token, upload.pk)
    assert client.get(file).status_code == 404
    submit(step, {"upload": str(upload.pk), "name": upload.name, "until": None})
    answer = client.get(file)
    assert b"".join(answer.streaming_content).startswith(b"%PDF-")
    assert Client().get(file).status_code == 200  # the door, without the file
    assert b"%PDF-" not in Client().get(file).content


def _checked(upload):
    upload.content_type = "application/pdf"
    return upload


def test_a_link_opens_no_other_setup(token, rob_at_rival, rob, now, organon):
    theirs = connect(rob_at_rival, organon)
    step = make_step(organon)
    said = [
        {
            "question": "x",
            "kind": "text",
            "label": {"ko": "a", "en": "a"},
            "value": "secret of rival",
        }
    ]
    submission = StepAnswer.submit(theirs, step, {}, said, version=0, actor=rob, now=now)
    client = let_in(token)
    assert "secret of rival" not in client.get(path("review", token)).content.decode()
    assert client.post(path("review_approve", token, submission.pk)).status_code == 404


def test_a_link_dies_with_the_connection_and_with_the_reviewers_task(token, profile, ada, now):
    contact = profile.customer.contacts.get(email="rita@organon.example")
    contact.reviews_setups = False
    contact.save()
    assert Client().get(path("review", token)).status_code == 410
    contact.reviews_setups = True
    contact.save()
    assert Client().get(path("review", token)).status_code == 200
    profile.end("Over.", now=now, actor=ada)
    assert Client().get(path("review", token)).status_code == 410


def test_an_expired_link_is_renewed_to_its_own_address_only(profile, now):
    _link, token = Link.issue("review", profile.pk, "rita@organon.example", now - timedelta(days=1))
    assert Client().get(path("review", token)).status_code == 410
    text = (
        Client(headers={"accept-language": "en"}).post(path("review_renew", token)).content.decode()
    )
    assert "r•••@organon.example" in text
    assert Mail.objects.get(name="review_link").to == "rita@organon.example"


def test_a_link_to_a_setup_lives_thirty_days_and_takes_a_place_of_the_reviewers_day(
    submit, organon, profile, settings, now
):
    settings.PORTAL_MAILS_A_DAY = 1
    submit(make_step(organon))
    for _time in range(2):
        tell_reviewers.func(profile_id=str(profile.pk))
    first, second = Mail.objects.filter(name="steps_submitted").order_by("created_at")
    assert first.not_before is None
    assert second.not_before > now
    assert (first.link.expires_at - now).days == 30


def test_a_link_is_renewed_five_times_an_hour(token, one_window):
    cache.clear()
    answers = [Client().post(path("review_renew", token)).status_code for _time in range(6)]
    assert answers == [200] * 5 + [429]
    assert Mail.objects.filter(name="review_link").count() == 5


def test_a_browser_is_known_for_thirty_days(token, submit, organon, monkeypatch):
    submit(make_step(organon))
    client, moment = let_in(token), time.time()
    monkeypatch.setattr("django.core.signing.time.time", lambda: moment + 31 * 24 * 3600)
    assert "32 Songdo" not in client.get(path("review", token)).content.decode()


def test_several_steps_submitted_within_the_hour_make_one_mail(submit, organon, profile):
    for title in ("Company", "Tax"):
        submit(make_step(organon, title))
    jobs = ProcrastinateJob.objects.filter(task_name="customers.jobs.tell_reviewers")
    assert [job.args for job in jobs] == [{"profile_id": str(profile.pk)}]
    assert not Mail.objects.filter(name="steps_submitted").exists()
    tell_reviewers.func(profile_id=str(profile.pk))
    letter = Mail.objects.get(name="steps_submitted")
    assert letter.to == "rita@organon.example"
    assert "- Company\n- Tax" in letter.text


def test_what_was_decided_meanwhile_is_mailed_to_nobody(submit, organon, profile, now):
    submit(make_step(organon)).approve(now=now)
    tell_reviewers.func(profile_id=str(profile.pk))
    assert not Mail.objects.filter(name="steps_submitted").exists()


def test_unknown_tokens_get_a_page(db):
    assert Client().get(path("review", "nonsense")).status_code == 404


def test_a_reviewer_of_another_customer_gets_nothing(profile, now):
    make_customer("Other", contacts=["x@other.example"])
    _link, token = Link.issue("review", profile.pk, "x@other.example", now + timedelta(days=1))
    assert Client().get(path("review", token)).status_code == 410


def test_the_page_does_the_same_queries_at_3_and_12_steps(token, submit, organon):
    client, counts = let_in(token), []
    for number in (3, 9):
        for place in range(number):
            submit(make_step(organon, f"Step {number} {place}"))
        client.get(path("review", token))
        with CaptureQueriesContext(connection) as captured:
            assert client.get(path("review", token)).status_code == 200
        counts.append(len(captured))
    assert counts[0] == counts[1] <= 5
