"""The jobs of setups."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import Notification
from core.models import Mail, today
from customers.jobs import forget_uploads, tell_of_files, tell_supplier
from customers.members import limit_to
from customers.models import StepAnswer, Upload
from tests.builders import connect, make_step
from tests.files import a_pdf


@pytest.fixture
def profile(ada_at_acme, organon):
    return connect(ada_at_acme, organon)


@pytest.fixture
def step(organon):
    return make_step(organon, "Papers", "file")


@pytest.fixture
def keep(profile, step, ada):
    def keep(**fields):
        upload = a_pdf()
        upload.content_type = "application/pdf"
        question = step.questions.get()
        return Upload.keep(upload, profile=profile, question=question.pk, uploaded_by=ada, **fields)

    return keep


def draft(profile, step, upload, ada, now, version=0):
    values = {step.questions.get().name: str(upload.pk)}
    return StepAnswer.save_draft(profile, step, values, version=version, actor=ada, now=now)


def test_people_hear_once_of_a_file_that_runs_out(keep, profile, step, ada, now):
    draft(profile, step, keep(expires_on=today(now) + timedelta(days=10)), ada, now)
    for _day in range(2):
        tell_of_files.func(timestamp=0)
    assert Notification.objects.get(kind="file_expires").user == ada
    assert "You gave this file to Organon." in Mail.objects.get(name="document_expires").text


@pytest.mark.parametrize(("days", "number"), [(30, 1), (31, 0)])
def test_thirty_days_before_a_file_runs_out_people_hear_of_it(
    days, number, keep, profile, step, ada, now
):
    draft(profile, step, keep(expires_on=today(now) + timedelta(days=days)), ada, now)
    tell_of_files.func(timestamp=0)
    assert Notification.objects.filter(kind="file_expires").count() == number


def test_nobody_hears_of_the_files_of_an_ended_connection(keep, profile, step, ada, now):
    draft(profile, step, keep(expires_on=today(now) + timedelta(days=10)), ada, now)
    profile.end("over", now=now, actor=ada)
    tell_of_files.func(timestamp=0)
    assert not Notification.objects.filter(kind="file_expires").exists()


def test_new_questions_ring_only_for_who_sees_the_customer(profile, ada, mia_at_acme, now):
    limit_to(mia_at_acme, [], now=now, actor=ada)
    tell_supplier.func(profile_id=str(profile.pk))
    assert Notification.objects.get(kind="steps_asked").user == ada


def test_nobody_hears_of_a_file_that_was_replaced(keep, profile, step, ada, now):
    draft(profile, step, keep(expires_on=today(now) + timedelta(days=10)), ada, now)
    draft(profile, step, keep(expires_on=today(now) + timedelta(days=300)), ada, now, version=1)
    tell_of_files.func(timestamp=0)
    assert not Notification.objects.filter(kind="file_expires").exists()


def test_files_that_nothing_names_go_after_a_day_and_no_others(keep, profile, step, ada, now):
    long_ago = timezone.now() - timedelta(days=2)
    in_draft, submitted, _lost = (keep(uploaded_at=long_ago) for _ in range(3))
    fresh = keep()
    said = [
        {
            "question": "x",
            "kind": "file",
            "label": {},
            "value": {"upload": str(submitted.pk), "name": "a"},
        }
    ]
    StepAnswer.submit(profile, step, {}, said, version=0, actor=ada, now=now)
    draft(profile, step, in_draft, ada, now, version=1)
    forget_uploads.func(timestamp=0)
    assert set(Upload.objects.all()) == {in_draft, submitted, fresh}
