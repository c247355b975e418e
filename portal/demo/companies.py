"""The suppliers of the demo, the people who work for them, and what ACME says of itself."""

from datetime import timedelta

from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import make_password

from accounts.models import (
    BankAccount,
    Document,
    JoinRequest,
    Supplier,
    TeamInvitation,
    User,
    person_key,
)
from core.models import today
from portal.demo import papers, people
from portal.demo.month import Month


def found(month: Month) -> None:
    for word, details in people.SUPPLIERS.items():
        month.suppliers[word] = _found(month, *details)
    hashed = make_password(people.PASSWORD)  # once: hashing is slow on purpose
    for word, email, name, title, role, language in people.PEOPLE:
        user = _add_person(month, email, name, hashed, job_title=title, language=language)
        month.members[email] = month.suppliers[word].memberships.create(
            user=user, role=role, created_at=month.ago(38)
        )
    _add_person(month, people.OPERATOR, "Operator", hashed, is_staff=True, is_superuser=True)


def _found(month, name, english, country, number, address, website, representative):
    return Supplier.objects.create(
        name=name,
        english_name=english,
        country=country,
        registration_number=number,
        registration_verified_at=month.now if number else None,
        address=address,
        website=website,
        representative=representative,
        created_at=month.ago(40),
    )


def _add_person(month, email, name, hashed, **fields):
    user = User.objects.create(
        email=email,
        name=name,
        password=hashed,
        person_key=person_key(email),
        date_joined=month.ago(38),
        **fields,
    )
    EmailAddress.objects.create(user=user, email=email, verified=True, primary=True)
    return user


def fill_in_acme(month: Month) -> None:
    # What ACME says of itself prefills its customers' steps.
    acme, actor, when = month.suppliers["acme"], month.ada.user, month.ago(36)
    for column, value in people.DETAILS.items():
        setattr(acme, column, value)
    acme.save()
    BankAccount.add(acme, people.BANK_ACCOUNT, actor=actor, now=when)
    for detail, name, title, days in people.DOCUMENTS:
        until = today(month.now) + timedelta(days=days) if days else None
        paper = papers.certificate(name, title)
        Document.add(acme, paper, detail, until, actor=actor, now=when)


def ask_for_colleagues(month: Month) -> None:
    TeamInvitation.invite(month.ada, "minjae.choi@acme.example", "member", now=month.ago(3))
    hashed = make_password(people.PASSWORD)
    haneul = _add_person(month, "haneul.jung@acme.example", "정하늘", hashed, language="ko")
    JoinRequest.ask(haneul, month.suppliers["acme"], now=month.ago(1))
