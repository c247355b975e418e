"""Files of a step, and its answers beside the company details and documents."""

import re
from datetime import timedelta

from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from accounts.models import BankAccount, Document
from core import gate
from core.models import Lease, Mail, today
from customers.models import StepAnswer, Submission, Upload
from tests.builders import make_step
from tests.customers.conftest import names
from tests.files import a_pdf


def test_a_wrong_file_says_why_and_loses_no_text(page, step):
    name = names(step)
    wrong = SimpleUploadedFile("bill.pdf", b"<?php system($_GET['x']);", "application/pdf")
    text = page(step, {name["text"]: "ACME", name["file"]: wrong}).content.decode()
    assert "We take PDF, PNG, JPEG, DOCX and XLSX files." in text
    assert 'value="ACME"' in text
    assert not Upload.objects.exists()
    assert StepAnswer.objects.get().draft[name["text"]] == "ACME"


def test_a_file_is_removed_with_the_text_kept(page, step, profile):
    name = names(step)
    page(step, {name["file"]: a_pdf("old.pdf")})
    question = step.questions.get(kind="file")
    path = reverse("customers:step_file_remove", args=[profile.pk, step.pk, question.pk])
    page.client.post(path, {"version": 1, name["text"]: "typed just now"})
    text = page(step).content.decode()
    assert "old.pdf" not in text
    assert 'value="typed just now"' in text


def test_company_details_prefill_a_step_and_an_answer_that_differs_offers_to_update_them(
    page, organon, acme, profile
):
    acme.phone = "+8225550100"
    acme.save()
    step = make_step(
        organon,
        "Company",
        {"kind": "text", "prefill": "registered_name"},
        {"kind": "phone", "prefill": "phone"},
        {"kind": "text", "prefill": "address"},
    )
    name, phone, address = (question.name for question in step.questions.all())
    text = page(step).content.decode()
    assert 'value="ACME Supplies"' in text
    assert 'value="+8225550100"' in text
    page(step, {name: "ACME Supplies", phone: "02-555-0199", address: "32 Songdo"})
    text = page(step).content.decode()
    assert "Your company details say something else." in text
    page(step, {}, "step_details")
    acme.refresh_from_db()
    assert str(acme.phone) == "+8225550199"
    assert acme.address == "32 Songdo"
    assert acme.name == "ACME Supplies"
    assert "Your company details say something else." not in page(step).content.decode()


def test_an_answer_that_strangers_must_not_read_does_not_get_into_the_company_details(
    page, organon, acme, profile
):
    asked = [
        {"kind": "text", "prefill": name}
        for name in ("address", "registration_number", "business_type")
    ]
    step = make_step(organon, "Company", *asked)
    address, number, business = (question.name for question in step.questions.all())
    page(step, {address: "see www.evil.example", number: "1208147522", business: "Wholesale"})
    page(step, {}, "step_details")
    assert "These can’t stand in the company details: " in (said := page(step).content.decode())
    assert "Address, Business registration number" in said
    acme.refresh_from_db()
    assert acme.address == ""
    assert acme.registration_number == ""
    assert acme.business_type == "Wholesale"


def test_a_number_goes_into_the_company_details_as_its_country_writes_it(
    page, organon, acme, profile
):
    step = make_step(organon, "Company", {"kind": "text", "prefill": "registration_number"})
    page(step, {step.questions.get().name: "1208147521"})
    page(step, {}, "step_details")
    acme.refresh_from_db()
    assert acme.registration_number == "120-81-47521"


def test_country_and_number_get_into_the_company_details_together_or_not_at_all(
    page, organon, acme, profile
):
    asked = [
        {"kind": "country", "prefill": "country"},
        {"kind": "text", "prefill": "registration_number"},
    ]
    step = make_step(organon, "Company", *asked)
    country, number = (question.name for question in step.questions.all())
    page(step, {country: "DE", number: "12"})
    page(step, {}, "step_details")
    acme.refresh_from_db()
    assert acme.country == "KR"
    assert acme.registration_number == ""


def test_a_file_of_another_supplier_is_a_404(page, step, rob, rival, client_of):
    page(step, {names(step)["file"]: a_pdf()})
    path = reverse("customers:upload", args=[Upload.objects.get().pk])
    answer = page.client.get(path)
    assert b"".join(answer.streaming_content).startswith(b"%PDF-")
    assert answer["Content-Disposition"].startswith("attachment")
    assert answer["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert client_of(rob).get(path).status_code == 404


def test_a_bank_account_that_the_company_does_not_have_is_offered_to_be_added(
    page, organon, profile, acme, ada, now
):
    account = {
        "bank": "국민은행",
        "number": "123456-78-901234",
        "holder": "ACME",
        "iban": "",
        "bic": "",
    }
    BankAccount.add(acme, account, actor=ada, now=now)
    step = make_step(organon, "Bank", {"kind": "bank_account", "prefill": "bank_account"})
    start = step.questions.get().name
    assert 'value="123456-78-901234"' in page(step).content.decode()
    assert reverse("accounts:bank_add") not in page(step).content.decode()
    page(
        step, {f"{start}-{part}": value for part, value in (account | {"number": "999999"}).items()}
    )
    assert reverse("accounts:bank_add") in page(step).content.decode()
    assert acme.bank_accounts.get().number == "123456-78-901234"


def test_all_admins_are_told_at_once_of_a_submitted_account_that_is_not_the_companys(
    page, organon, profile, acme, ada, mia, client_of, now
):
    account = {
        "bank": "국민은행",
        "number": "123456-78-901234",
        "holder": "ACME",
        "iban": "",
        "bic": "",
    }
    BankAccount.add(acme, account, actor=ada, now=now)
    step = make_step(organon, "Bank", {"kind": "bank_account"})
    start, path = (
        step.questions.get().name,
        reverse("customers:step_submit", args=[profile.pk, step.pk]),
    )
    assert "All admins of your company get an e-mail" in page(step).content.decode()
    for version, number in enumerate([account["number"], "999999999999", "999999999999"]):
        typed = {f"{start}-{part}": value for part, value in (account | {"number": number}).items()}
        assert client_of(mia).post(path, {"version": version} | typed).status_code == 302
    letter = Mail.objects.get(name="account_submitted")
    assert letter.to == ada.email
    assert "Mia Lee submitted 국민은행 ••••9999 to Organon." in letter.text


def test_a_new_file_is_offered_as_a_company_document(page, organon, profile, acme):
    step = make_step(organon, "Papers", {"kind": "file", "prefill": "insurance_certificate"})
    question = step.questions.get()
    page(step, {question.name: a_pdf("new.pdf")})
    path = reverse("customers:step_document", args=[profile.pk, step.pk, question.pk])
    assert path in page(step).content.decode()
    page.client.post(path)
    assert [(one.name, one.detail) for one in acme.documents.all()] == [
        ("new.pdf", "insurance_certificate")
    ]
    assert path not in page(step).content.decode()
    assert page.client.post(path).status_code == 404


def test_a_good_file_stays_when_its_date_is_missing_or_wrong(page, organon, profile):
    step = make_step(organon, "Insurance", {"kind": "file", "asks_expiry": True})
    name = step.questions.get().name
    text = page(step, {name: a_pdf("first.pdf")}, "step_submit").content.decode()
    assert "Say until when it is valid." in text
    assert "first.pdf" in text
    page(step, {"version": 1, name: a_pdf("second.pdf"), f"{name}-until": "31.12.2099"})
    text = page(step).content.decode()
    assert "second.pdf" in text
    assert 'value="31.12.2099"' in text


def test_a_date_that_is_typed_after_the_file_counts_for_it(page, organon, profile):
    step = make_step(organon, "Insurance", {"kind": "file", "asks_expiry": True})
    name = step.questions.get().name
    page(step, {name: a_pdf()})
    page(step, {"version": 1, f"{name}-until": "2098-01-01"})
    Upload.objects.update(told_of_expiry=True)
    page(step, {"version": 2, f"{name}-until": "2098-01-01"})
    assert Upload.objects.get().told_of_expiry
    page(step, {"version": 3, f"{name}-until": "2099-01-01"}, "step_submit")
    upload = Upload.objects.get()
    assert str(upload.expires_on) == "2099-01-01"
    assert not upload.told_of_expiry
    assert Submission.objects.get().answers[0]["value"]["until"] == "2099-01-01"


def test_a_paper_that_has_run_out_is_neither_offered_ticked_nor_submitted(
    page, organon, profile, acme, ada, now
):
    paper = a_pdf("old.pdf")
    paper.content_type = "application/pdf"
    Document.add(
        acme, paper, "insurance_certificate", today(now) - timedelta(days=1), actor=ada, now=now
    )
    question = {"kind": "file", "asks_expiry": True, "prefill": "insurance_certificate"}
    step = make_step(organon, "Insurance", question)
    name = step.questions.get().name
    assert not page(step).context["form"].draft[f"{name}-own"]
    assert (
        "This day has passed." in page(step, {f"{name}-own": "on"}, "step_submit").content.decode()
    )
    typed = {"version": 1, name: a_pdf(), f"{name}-until": "2001-01-01"}
    assert "This day has passed." in page(step, typed, "step_submit").content.decode()
    assert not Submission.objects.exists()
    typed = {"version": 2, f"{name}-until": str(today(now))}
    assert page(step, typed, "step_submit").status_code == 302


def test_a_viewer_reads_of_a_company_document_that_is_offered(
    page, organon, profile, acme, ada, vic, client_of, now
):
    paper = a_pdf("policy.pdf")
    paper.content_type = "application/pdf"
    Document.add(acme, paper, "insurance_certificate", None, actor=ada, now=now)
    step = make_step(organon, "Papers", {"kind": "file", "prefill": "insurance_certificate"})
    text = client_of(vic).get(reverse("customers:step", args=[profile.pk, step.pk]))
    assert "policy.pdf" in text.content.decode()


def test_a_second_click_on_save_with_a_file_is_no_conflict(page, organon, profile):
    step = make_step(organon, "Papers", "file")
    for _click in range(2):
        assert page(step, {step.questions.get().name: a_pdf()}).status_code == 302
    assert Upload.objects.count() == 1


def test_a_file_is_no_text_when_its_question_asks_for_text(page, organon, profile):
    step = make_step(organon, "Papers", "file")
    question = step.questions.get()
    page(step, {question.name: a_pdf()})
    question.kind = "text"
    question.save()
    assert not page(step).context["questions"][0].field.value()


def test_countries_that_differ_are_named(page, organon, profile):
    step = make_step(organon, "Company", {"kind": "country", "prefill": "country"})
    page(step, {step.questions.get().name: "DE"})
    text = page(step).content.decode()
    assert "Germany" in re.search(r"<li>\s*Country[^<]*", text)[0]
    assert "company details: South Korea" in text
    page(step, {}, "step_details")
    profile.supplier.refresh_from_db()
    assert profile.supplier.country == "DE"


def test_a_file_without_room_is_said_beside_it_and_nothing_is_submitted(
    page, organon, acme, profile, settings
):
    settings.PORTAL_COMPANY_FILES_MB = 1
    paper = Document.add(
        acme, checked(a_pdf()), "other", None, actor=acme.admins()[0].user, now=timezone.now()
    )
    Document.objects.filter(pk=paper.pk).update(size=2**20)
    step = make_step(organon, "Papers", {"kind": "text"}, {"kind": "file"})
    name = names(step)
    typed = {name["text"]: "ACME", name["file"]: a_pdf()}
    said = page(step, typed, "step_submit").content.decode()
    assert "Your company’s files may take 1 MB in all." in said
    assert 'value="ACME"' in said
    assert not Submission.objects.exists()
    assert StepAnswer.objects.get().draft[name["text"]] == "ACME"


def test_a_file_that_can_not_be_checked_now_keeps_the_rest_of_the_step(
    page, step, monkeypatch, ada
):
    name = names(step)
    monkeypatch.setattr(gate, "WAIT_SECONDS", 0)
    Lease.objects.take(f"gate:person:{ada.pk}", 30)
    said = page(step, {name["text"]: "ACME", name["file"]: a_pdf()}).content.decode()
    assert "Another file of yours is being checked. Try again in a moment." in said
    assert 'value="ACME"' in said


def checked(upload):
    upload.content_type = "application/pdf"
    return upload
