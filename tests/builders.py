"""Plain builders with defaults: a value that a test does not name does not matter to it."""

from datetime import timedelta

from allauth.account.models import EmailAddress
from django.utils import timezone

from accounts.models import Supplier, User
from connections.models import SearchAttempt, invitation_sending, request_sending
from customers.models import Customer
from customers.search.index import index

PASSWORD = "demo-portal-2026"
NEW = "nora@newco.example"  # a person whom a customer or a supplier invites


def make_user(email="eve@acme.example", name="Eve Han", **fields):
    """Make a person with a verified address."""
    user = User.objects.create_user(email, PASSWORD, name=name, **fields)
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    return user


def make_supplier(name="Beta Tools", admin=None, country="KR", **fields):
    """Make a supplier with its admin; without `admin`, make one."""
    supplier = Supplier.objects.create(name=name, country=country, **fields)
    slug = name.split()[0].lower()
    supplier.memberships.create(
        user=admin or make_user(f"admin@{slug}.example", f"{name} Admin"), role="admin"
    )
    return supplier


def make_customer(
    name="Mirae Display", *, other_names=(), domains=(), contacts=(), searchable=False, **fields
):
    """Make a customer whose contacts get requests; `searchable` also writes its search keys."""
    customer = Customer.objects.create(name=name, **{"country": "KR", "language": "en"} | fields)
    for other in other_names:
        customer.names.create(name=other)
    for domain in domains:
        customer.domains.create(domain=domain)
    for address in contacts:
        customer.contacts.create(email=address, name=address.partition("@")[0].title())
    if searchable:
        index([customer.pk])
    return customer


def make_attempt(membership, *customers, words="some words", now=None, **fields):
    """Make a paid search that found these customers; the counters stay untouched."""
    now = now or timezone.now()
    return SearchAttempt.objects.create(
        supplier=membership.supplier,
        user=membership.user,
        words=words,
        same_words=words,
        results=[str(customer.pk) for customer in customers],
        cost=1,
        day=timezone.localtime(now, timezone.get_default_timezone()).date(),
        created_at=now,
        **fields,
    )


def make_request(membership, customer, *, contact="", message="", now=None, days_ago=0):
    """Send a request by the real verb, at `now` or some days before."""
    now = (now or timezone.now()) - timedelta(days=days_ago)
    return request_sending.send(
        membership,
        customer,
        contact=contact,
        message=message,
        origin="suggestion",
        origin_id=None,
        now=now,
    )


def connect(membership, customer, *, now=None):
    """Connect a supplier and a customer by the real verbs; return the profile."""
    now = now or timezone.now()
    request = make_request(membership, customer, now=now)
    request.accept(now=now)
    request.profile.refresh_from_db()
    return request.profile


def make_step(
    customer, title="Tax and registration", *questions, order=0, opens_after=(), **fields
):
    """Make a step of a customer; each question is a kind or a dict of Question's fields."""
    step = customer.steps.create(title_en=title, order=order, **fields)
    for place, one in enumerate(questions or ["text"]):
        asked = one if isinstance(one, dict) else {"kind": one}
        step.questions.create(**{"label_en": f"Question {place + 1}", "order": place} | asked)
    step.opens_after.set(opens_after)
    return step


def invitation_row(email=NEW, **fields):
    """Return a row as `invitation_sending.send()` takes it."""
    defaults = {"company": "NewCo", "name": "Nora Yun", "language": "en", "message": ""}
    return {"email": email} | defaults | fields


def invite(customer, email=NEW, *, now=None, **fields):
    """Send an invitation by the real verb."""
    rows = [invitation_row(email, **fields)]
    return invitation_sending.send(customer, rows, now=now or timezone.now(), actor=None)[0]
