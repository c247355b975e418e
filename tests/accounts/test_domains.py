import pytest
from allauth.account.models import EmailAddress

from accounts.domains import company_domain, is_free_mail, registrable
from tests.builders import make_user


@pytest.mark.parametrize(
    ("domain", "expected"),
    [
        ("mail.organon.co.kr", "organon.co.kr"),
        ("Organon.Example.", "organon.example"),
        ("한국.kr", "xn--3e0b707e.kr"),
        ("co.kr", ""),
        ("", ""),
        ("a..b", ""),
        ("x" * 300, ""),
    ],
)
def test_domains_are_compared_as_registrable(domain, expected):
    assert registrable(domain) == expected


def test_free_mail_stands_for_no_company():
    assert is_free_mail("naver.com")
    assert is_free_mail("mail.naver.com")
    assert not is_free_mail("mail.acme.example")
    assert company_domain("a@gmail.com") == ""
    assert company_domain("a@mail.acme.example") == "acme.example"


def test_a_company_has_the_domains_of_its_active_peoples_verified_addresses(acme, mia):
    for email in ("sales@mail.acme-korea.example", "ada@gmail.com"):
        acme.memberships.create(user=make_user(email, "Sales"))
    gone = acme.memberships.create(user=make_user("old@gone.example", "Old"))
    gone.is_active = False
    gone.save(update_fields=["is_active"])
    EmailAddress.objects.create(user=mia, email="mia@unverified.example")
    assert acme.verified_domains() == {"acme.example", "acme-korea.example"}
