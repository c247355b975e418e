import pytest
from django.core.management import CommandError, call_command
from django.db.models import Sum
from django.test import Client
from django.urls import reverse

from accounts.models import Supplier
from connections.models import ConnectionRequest, Invitation, SearchAttempt
from connections.models.attempts import left
from core.models import DailyCount, Mail
from customers.models import Customer, CustomerProfile, Submission
from customers.search.find import find


@pytest.fixture
def acme_of_the_demo(db, settings):
    settings.DEMO = True
    call_command("demo", verbosity=0)
    return Supplier.objects.get(name="ACME Supplies")


def test_the_demo_shows_every_state_and_its_log_ins_work(acme_of_the_demo, now):
    acme = acme_of_the_demo
    assert Customer.objects.count() >= 400
    states = set(ConnectionRequest.objects.filter(supplier=acme).values_list("status", flat=True))
    assert states == {"pending", "accepted", "declined", "expired", "withdrawn"}
    stages = set(CustomerProfile.objects.filter(supplier=acme).values_list("stage", flat=True))
    assert stages == {"connected", "requested", "ended", "dropped", "invited"}
    assert set(Invitation.objects.values_list("status", flat=True)) == {
        "pending",
        "accepted",
        "expired",
        "revoked",
    }
    assert [customer.name for customer in find("coupa")] == [
        "Coupa Software Incorporated",
        "Coopang Corp.",
    ]
    ada = acme.admins().get()
    assert left(ada, now) == 14
    spent = SearchAttempt.objects.filter(supplier=acme).aggregate(sum=Sum("cost"))["sum"]
    assert DailyCount.objects.get(scope="search:supplier", key=str(acme.pk)).used == spent
    queued = set(Mail.objects.filter(status="queued").values_list("to", flat=True))
    assert queued == {"procurement@coupa.example", "jihoon.seo@hansol.example"}
    for email in (
        "admin@acme.example",
        "member@acme.example",
        "viewer@acme.example",
        "admin@rival.example",
    ):
        client = Client()
        client.post(reverse("account_login"), {"login": email, "password": "demo-portal-2026"})
        assert client.get("/").status_code == 200, email
    assert all(customer.website.endswith(".example/") for customer in Customer.objects.all())
    with pytest.raises(CommandError):
        call_command("demo")


def test_what_the_demo_submitted_answers_every_question_that_has_to_be_answered(acme_of_the_demo):
    for submission in Submission.objects.select_related("answer__step"):
        required = submission.answer.step.questions.filter(is_required=True)
        answered = {one["question"] for one in submission.answers if one["value"] is not None}
        assert {str(question.pk) for question in required} <= answered, str(submission.answer.step)
