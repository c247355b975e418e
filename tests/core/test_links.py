import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from core import mail
from core.models import Link, Mail


def issue(days=30, **fields):
    return Link.issue(
        "request",
        uuid.uuid4(),
        "maria@organon.example",
        timezone.now() + timedelta(days=days),
        **fields,
    )


@pytest.mark.django_db
def test_only_the_hash_of_a_token_is_kept():
    link, token = issue()
    assert token not in str(vars(Link.objects.get()))
    assert Link.find(token, "request") == link


@pytest.mark.django_db
@pytest.mark.parametrize("token", ["", "x" * 129, "nope", "\udcff", "' OR 1=1"])
def test_an_unknown_token_finds_nothing(token):
    issue()
    assert Link.find(token, "request") is None


@pytest.mark.django_db
def test_a_token_works_for_its_own_purpose_only():
    _link, token = issue()
    assert Link.find(token, "not_us") is None


@pytest.mark.django_db
def test_the_condition_says_why_a_link_no_longer_works(now):
    live, used, revoked, expired = issue()[0], issue()[0], issue()[0], issue(days=-1)[0]
    used.use(now)
    Link.objects.filter(pk=revoked.pk).revoke(now)
    conditions = [
        Link.objects.get(pk=link.pk).condition(now) for link in (live, used, revoked, expired)
    ]
    assert conditions == ["live", "used", "revoked", "expired"]


@pytest.mark.django_db
def test_an_expired_link_is_not_used(now):
    link, _token = issue(days=-1)
    assert not link.use(now)
    assert link.used_at is None


@pytest.mark.django_db(transaction=True)
def test_of_sixteen_users_at_once_one_wins():
    link, _token = issue()

    def use(_):
        try:
            return Link.objects.get(pk=link.pk).use(timezone.now())
        finally:
            connection.close()

    with ThreadPoolExecutor(16) as pool:
        assert sum(pool.map(use, range(16))) == 1


@pytest.mark.django_db
def test_a_revoked_link_takes_its_waiting_mail_along(now):
    link, _token = issue()
    row = mail.send(
        "captcha_code", "maria@organon.example", "en", link=link, code="123456", minutes=10
    )
    Link.objects.filter(pk=link.pk).revoke(now)
    row.refresh_from_db()
    assert row.status == "dropped"
    assert row.text == ""
    assert row.html == ""
    assert Mail.objects.count() == 1
