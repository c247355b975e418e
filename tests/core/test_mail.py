import smtplib
from contextlib import suppress
from datetime import timedelta

import pytest
from django.core.mail import EmailMessage
from django.db import connection, transaction
from django.utils import timezone

from core import jobs, mail
from core.models import Mail
from tests.builders import make_request


def queue(**options):
    return mail.send("captcha_code", "ada@acme.example", "en", code="123456", minutes=10, **options)


def jobs_waiting():
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM procrastinate_jobs WHERE status = 'todo'")
        return cursor.fetchone()[0]


@pytest.mark.django_db
def test_mail_and_its_job_are_rolled_back_with_the_deed():
    with transaction.atomic():
        queue()
        transaction.set_rollback(True)
    assert Mail.objects.count() == 0
    assert jobs_waiting() == 0


@pytest.mark.django_db
def test_a_mail_is_delivered_in_the_receivers_language_and_forgets_its_body(post, run_jobs):
    row = mail.send("captcha_code", "ada@acme.example", "ko", code="123456", minutes=10)
    run_jobs()
    to, sent = post.messages[0]
    row.refresh_from_db()
    assert to == "ada@acme.example"
    assert f"Message-ID: {row.message_id}" in sent
    assert "Auto-Submitted: auto-generated" in sent
    assert row.status == "sent"
    assert row.text == ""
    assert row.html == ""


@pytest.mark.django_db
def test_a_sent_mail_is_not_sent_twice(post):
    row = queue()
    jobs.deliver.func(str(row.pk))
    jobs.deliver.func(str(row.pk))
    assert len(post.messages) == 1


@pytest.mark.django_db
def test_a_busy_server_is_tried_again_later(post):
    row, post.answer = queue(), "451 try later"
    with pytest.raises(jobs.Undeliverable):
        jobs.deliver.func(str(row.pk))
    row.refresh_from_db()
    assert row.status == "queued"
    assert row.tries == 1
    assert row.smtp_reply == "451 try later"
    post.answer = "250 OK"
    jobs.deliver.func(str(row.pk))
    assert len(post.messages) == 1


@pytest.mark.django_db
def test_a_server_that_is_down_loses_nothing(settings):
    settings.MAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9
    row = queue()
    with pytest.raises(jobs.Undeliverable):
        jobs.deliver.func(str(row.pk))
    row.refresh_from_db()
    assert row.status == "queued"
    assert "123456" in row.text


@pytest.mark.django_db
def test_a_refused_recipient_fails_for_good_with_the_servers_words(post):
    row, post.answer = queue(), "550 no such user"
    jobs.deliver.func(str(row.pk))
    row.refresh_from_db()
    assert row.status == "failed"
    assert row.smtp_reply == "550 no such user"


@pytest.mark.django_db
def test_a_refused_text_fails_for_good(post):
    row, post.answer_to_text = queue(), "554 looks like spam"
    jobs.deliver.func(str(row.pk))
    row.refresh_from_db()
    assert row.status == "failed"
    assert row.smtp_reply == "(554, b'looks like spam')"


@pytest.mark.django_db
def test_a_server_that_refuses_the_sender_loses_nothing(post):
    row, post.answer_to_sender = queue(), "530 Authentication required"
    with pytest.raises(jobs.Undeliverable):
        jobs.deliver.func(str(row.pk))
    row.refresh_from_db()
    assert row.status == "queued"


@pytest.mark.parametrize(
    "error", [smtplib.SMTPConnectError, smtplib.SMTPHeloError, smtplib.SMTPAuthenticationError]
)
def test_what_a_server_says_at_its_door_is_not_about_the_letter(error, db, monkeypatch):
    row = queue()

    def refuse(*args, **kwargs):
        raise error(554, b"no service")

    monkeypatch.setattr(jobs, "get_connection", refuse)
    with pytest.raises(jobs.Undeliverable):
        jobs.deliver.func(str(row.pk))
    row.refresh_from_db()
    assert row.status == "queued"
    assert row.tries == 1


@pytest.mark.django_db
@pytest.mark.parametrize(("days", "status"), [(1, "queued"), (4, "failed")])
def test_three_days_of_trying_begin_when_a_mail_may_go_out(days, status, post, now):
    row, post.answer = queue(not_before=now - timedelta(days=days)), "451 try later"
    Mail.objects.update(created_at=now - timedelta(days=9))
    with suppress(jobs.Undeliverable):
        jobs.deliver.func(str(row.pk))
    row.refresh_from_db()
    assert row.status == status


@pytest.mark.django_db
def test_a_failed_mail_that_is_sent_again_arrives(post, run_jobs):
    row, post.answer = queue(), "550 no such user"
    run_jobs()
    post.answer = "250 OK"
    assert row.queue_again(now=timezone.now())
    assert not row.queue_again(now=timezone.now())
    run_jobs()
    assert [to for to, _ in post.messages] == ["ada@acme.example"]


@pytest.mark.django_db
def test_an_old_mail_that_is_sent_again_has_all_its_time_to_get_through(post, run_jobs):
    row, post.answer = queue(), "550 no such user"
    Mail.objects.update(created_at=timezone.now() - timedelta(days=9))
    run_jobs()
    row.queue_again(now=timezone.now())
    post.answer = "451 try later"
    with pytest.raises(jobs.Undeliverable):
        jobs.deliver.func(str(row.pk))


@pytest.mark.django_db
def test_a_mail_that_is_no_longer_valid_is_not_sent(post):
    row = queue(valid_until=timezone.now() - timedelta(minutes=1))
    jobs.deliver.func(str(row.pk))
    row.refresh_from_db()
    assert row.status == "dropped"
    assert post.messages == []


@pytest.mark.django_db
def test_a_mail_for_tomorrow_waits(post, run_jobs):
    queue(not_before=timezone.now() + timedelta(days=1))
    assert run_jobs() == []


@pytest.mark.django_db
def test_whatever_django_sends_takes_the_same_road(post, run_jobs):
    EmailMessage("Hello\nthere", "text", "noreply@portal.example", ["ada@acme.example"]).send()
    assert Mail.objects.get().subject == "Hello there"
    run_jobs()
    assert len(post.messages) == 1


@pytest.mark.django_db
def test_retries_come_at_most_ten_minutes_apart():
    class Job:
        attempts = 30

    decision = jobs.MailRetry().get_retry_decision(exception=smtplib.SMTPException(), job=Job)
    assert 590 <= (decision.retry_at - timezone.now()).total_seconds() <= 601


@pytest.mark.django_db
def test_a_failed_mail_reroutes_its_request_and_the_supplier_sees_no_difference(
    post, run_jobs, ada_at_acme, organon, client_of
):
    request = make_request(ada_at_acme, organon, contact="gone@organon.example")
    before = client_of(ada_at_acme.user).get(f"/setup/requests/{request.pk}/").content
    post.answer = "550 no such user"
    jobs.deliver.func(str(Mail.objects.get().pk))
    post.answer = "250 OK"
    run_jobs()
    assert [to for to, _ in post.messages] == ["maria@organon.example"]
    request.refresh_from_db()
    assert request.contact_email == "gone@organon.example"
    after = client_of(ada_at_acme.user).get(f"/setup/requests/{request.pk}/").content
    assert strip_tokens(before) == strip_tokens(after)


def strip_tokens(page):
    return [line for line in page.decode().splitlines() if "csrf" not in line]
