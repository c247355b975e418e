"""Many invitations in admin: the operator uploads, looks, sends, pauses."""

import pytest
from django.utils import timezone

from accounts.models import AuditEntry
from connections import imports
from connections.admin.invitations import InvitationForm
from connections.models import Invitation, InvitationBatch, invitation_sending
from core.models import Mail
from tests.builders import make_customer
from tests.fixtures_invitations import many, upload


def test_the_operator_uploads_looks_and_sends_after_a_recent_log_in(
    client_of, operator, organon, run_jobs
):
    client = client_of(operator)
    said = {"customer": organon.pk, "file": upload(), "language": "ko", "message": ""}
    page = client.post("/admin/connections/invitationbatch/add/", said, follow=True)
    batch = InvitationBatch.objects.get()
    assert "not an e-mail address" in page.content.decode()
    assert batch.status == "read"
    send = f"/admin/connections/invitationbatch/{batch.pk}/send/"
    assert "reauthenticate" in client.post(send).url
    batch.refresh_from_db()
    assert batch.status == "read"
    client.post("/accounts/reauthenticate/", {"password": "demo-portal-2026"})
    client.post(send)
    run_jobs()
    batch.refresh_from_db()
    assert batch.status == "done"
    assert Invitation.objects.count() == 2


def test_many_are_sent_again_only_after_a_recent_log_in(client_of, operator, organon, now):
    rows = many(organon, operator, 2, now).rows
    sent = invitation_sending.send(organon, rows, now=now, actor=operator)
    client, said = client_of(operator), {"action": "resend", "apply": "1", "reason": "asked"}
    answer = client.post(
        "/admin/connections/invitation/",
        said | {"_selected_action": [invitation.pk for invitation in sent]},
    )
    assert "reauthenticate" in answer.url
    assert Mail.objects.count() == 2
    client.post("/admin/connections/invitation/", said | {"_selected_action": sent[0].pk})
    assert Mail.objects.count() == 3
    client.post("/accounts/reauthenticate/", {"password": "demo-portal-2026"})
    client.post(
        "/admin/connections/invitation/",
        said | {"_selected_action": [invitation.pk for invitation in sent]},
    )
    assert Mail.objects.count() == 5


def test_every_row_is_found_by_page_and_by_fate(client_of, operator, organon, now, monkeypatch):
    monkeypatch.setattr("connections.admin.batches.A_PAGE", 2)
    batch = many(organon, operator, 5, now)
    batch.rows[4] |= {"verdict": "bad", "problem": "address", "email": "broken"}
    batch.save(update_fields=["rows"])
    client, address = client_of(operator), f"/admin/connections/invitationbatch/{batch.pk}/change/"
    pages = [
        client.get(address + query).content.decode()
        for query in ("", "?page=3", "?verdict=bad", "?verdict=none")
    ]
    assert ["broken" in page for page in pages] == [False, True, True, False]
    assert ["p0@x0.example" in page for page in pages] == [True, False, False, True]


def test_a_bad_file_is_refused_beside_the_field(client_of, operator, organon):
    said = {"customer": organon.pk, "file": upload("a,b\n1,2"), "language": "ko", "message": ""}
    page = (
        client_of(operator).post("/admin/connections/invitationbatch/add/", said).content.decode()
    )
    assert "The first line must name the columns" in page
    assert InvitationBatch.objects.count() == 0


def test_one_supplier_is_invited_from_the_customers_page(client_of, operator, organon):
    client = client_of(operator)
    assert (
        f"invitation/add/?customer={organon.pk}"
        in client.get(f"/admin/customers/customer/{organon.pk}/change/").content.decode()
    )
    said = {
        "customer": organon.pk,
        "email": "Nora@NewCo.example",
        "company": "NewCo",
        "name": "",
        "language": "en",
        "message": "",
    }
    client.post("/admin/connections/invitation/add/", said)
    assert Invitation.objects.get().email == "nora@newco.example"
    page = client.post("/admin/connections/invitation/add/", said).content.decode()
    assert "already invited" in page.lower()
    assert Invitation.objects.count() == 1


def test_the_form_comes_in_the_language_of_the_customer_it_is_for_and_knows_none_by_a_broken_id(
    client_of, operator
):
    client, german = client_of(operator), make_customer("Bauwerk", language="en")
    for customer, language in ((german.pk, "en"), ("no-id", "ko"), ("", "ko")):
        page = client.get(f"/admin/connections/invitation/add/?customer={customer}")
        chosen = page.context["adminform"].form.initial
        assert chosen.get("customer") == (german.pk if customer == german.pk else None)
        assert chosen["language"] == language


@pytest.mark.parametrize(
    ("limit", "why"), [(10_000, "already invited"), (1, "today’s invitations are used up")]
)
def test_what_another_operator_took_meanwhile_is_said(
    limit, why, client_of, operator, organon, now, settings, monkeypatch
):
    settings.PORTAL_INVITATIONS_A_DAY = limit
    row = {"email": "n@n.example", "company": "N", "name": "", "language": "en", "message": ""}
    invitation_sending.send(organon, [row], now=now, actor=None)
    monkeypatch.setattr(
        InvitationForm, "clean", lambda form: form.cleaned_data
    )  # it looked before the other had sent
    said = row | {"customer": organon.pk, "email": "n@n.example" if limit > 1 else "m@n.example"}
    page = client_of(operator).post("/admin/connections/invitation/add/", said, follow=True)
    assert why in page.content.decode().lower()
    assert Invitation.objects.count() == 1


def test_an_address_that_is_invited_already_is_no_correction(client_of, operator, organon, now):
    rows = many(organon, operator, 2, now).rows
    first, second = invitation_sending.send(organon, rows, now=now, actor=operator)
    said = {"action": "correct", "_selected_action": first.pk, "apply": "1", "email": second.email}
    page = client_of(operator).post("/admin/connections/invitation/", said, follow=True)
    assert f"{first}: already invited" in page.content.decode()


@pytest.mark.parametrize(
    ("action", "status"), [("resend", "pending"), ("revoke", "revoked"), ("correct", "pending")]
)
def test_actions_call_the_verbs(action, status, client_of, operator, organon):
    row = {"email": "n@n.example", "company": "N", "name": "", "language": "en", "message": ""}
    invitation = invitation_sending.send(organon, [row], now=timezone.now(), actor=operator)[0]
    said = {
        "action": action,
        "_selected_action": invitation.pk,
        "apply": "1",
        "reason": "asked",
        "email": "m@n.example",
    }
    client_of(operator).post("/admin/connections/invitation/", said)
    invitation.refresh_from_db()
    assert invitation.status == status
    assert invitation.email == ("m@n.example" if action == "correct" else "n@n.example")
    if action != "correct":
        assert AuditEntry.objects.about(invitation).first().data["reason"] == "asked"


def test_a_file_that_is_too_large_is_refused_before_it_is_read(
    client_of, operator, organon, settings, monkeypatch
):
    settings.PORTAL_UPLOAD_MB = 1
    monkeypatch.setattr(imports, "read_table", None)
    said = {
        "customer": organon.pk,
        "file": upload("x" * (2**20 + 1)),
        "language": "ko",
        "message": "",
    }
    page = (
        client_of(operator).post("/admin/connections/invitationbatch/add/", said).content.decode()
    )
    assert "The file is larger than 1 MB." in page
    assert InvitationBatch.objects.count() == 0
