"""A customer's steps in a real browser, in Korean and English: fill, save, leave, resume, submit, returned, again, approved."""

import pytest
from django.urls import reverse

from customers.models import CustomerProfile, Submission
from tests.e2e.conftest import let_in, link_to_review, log_in
from tests.files import a_pdf

WORDS = {
    "en": {
        "continue": "Continue: Insurance certificate", "back": "Organon sent it back.", "save": "Save draft", "saved": "Draft saved.",
        "submit": "Submit to Organon", "sent": "Submitted to Organon.",
        "changed": "Changed", "return": "Send back", "approve": "Approve", "nothing": "Nothing waits for you.",
        "returned": "Please sign it.", "correct": "Correct", "progress": "3 of 6 steps are approved.",
        "insurance": "Insurance certificate",
        "missing": "Say until when it is valid.", "note": "Organon approved “Insurance certificate”",
    },
    "ko": {
        "continue": "계속: 보험 증권", "back": "Organon에서 반려했어요.", "save": "초안 저장", "saved": "초안을 저장했어요.",
        "submit": "Organon에 제출", "sent": "Organon에 제출했어요.",
        "changed": "바뀜", "return": "반려", "approve": "승인", "nothing": "검토할 것이 없어요.",
        "returned": "서명해 주세요.", "correct": "고치기", "progress": "6개 중 3개 단계가 승인됐어요.",
        "insurance": "보험 증권",
        "missing": "만료일을 입력하세요.", "note": "Organon: “보험 증권” 승인",
    },
}  # fmt: skip


@pytest.fixture
def profile(demo):
    return CustomerProfile.objects.get(supplier=demo, customer__name="Organon")


def paper(name):
    return {"name": name, "mimeType": "application/pdf", "buffer": a_pdf(name).read()}


@pytest.mark.parametrize("language", ["ko", "en"])
@pytest.mark.parametrize("phone", [False, True], ids=["desktop", "phone"])
def test_a_step_from_sent_back_to_approved(language, phone, profile, open_page):
    say, page = WORDS[language], open_page(language, phone=phone)
    log_in(page)
    page.goto(reverse("customers:profile", args=[profile.pk]))
    page.get_by_role("link", name=say["continue"]).click()
    assert say["back"] in page.inner_text("main")
    page.set_input_files("[type=file]", paper("new-certificate.pdf"))
    page.fill("[name$=until]", "")
    page.get_by_role("button", name=say["save"]).last.click()
    page.get_by_text(say["saved"]).wait_for()
    page.goto("/")
    page.get_by_role("link", name=say["correct"]).first.click()
    page.get_by_text("new-certificate.pdf").first.wait_for()
    page.get_by_role("button", name=say["submit"]).click()
    page.get_by_text(say["missing"]).first.wait_for()
    page.fill("[name$=until]", "2027-10-31")
    page.get_by_role("button", name=say["submit"]).click()
    page.get_by_text(say["sent"]).wait_for()

    reviewer = open_page(language, phone=phone)
    link = link_to_review(profile)
    let_in(reviewer, link)
    section = reviewer.locator(
        "section", has=reviewer.get_by_role("heading", name=say["insurance"])
    )
    assert say["changed"] in section.inner_text()
    section.locator("textarea").fill(say["returned"])
    section.get_by_role("button", name=say["return"]).click()
    reviewer.get_by_text(say["nothing"]).wait_for()

    page.goto(reverse("customers:profile", args=[profile.pk]))
    page.get_by_text(say["returned"]).first.wait_for()
    page.get_by_role("link", name=say["continue"]).click()
    page.set_input_files("[type=file]", paper("signed.pdf"))
    page.get_by_role("button", name=say["submit"]).click()
    page.get_by_text(say["sent"]).wait_for()

    reviewer.goto(link)
    with reviewer.expect_download() as download:
        reviewer.get_by_role("link", name="signed.pdf").click()
    assert download.value.suggested_filename == "signed.pdf"
    reviewer.get_by_role("button", name=say["approve"]).first.click()
    reviewer.get_by_text(say["nothing"]).wait_for()

    page.goto(reverse("customers:profile", args=[profile.pk]))
    assert say["progress"] in page.inner_text("main")
    page.goto("/notifications/")
    assert say["note"] in page.inner_text("main")
    assert list(Submission.objects.filter(answer__step__title_en="Insurance certificate", answer__profile=profile)
                .order_by("number").values_list("outcome", flat=True)) == ["returned", "returned", "approved"]  # fmt: skip


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
def test_enter_saves_a_draft_and_never_removes_a_file(scripts, profile, open_page):
    page = open_page(scripts=scripts)
    log_in(page)
    step = profile.customer.steps.get(title_en="Tax and registration")
    page.goto(reverse("customers:step", args=[profile.pk, step.pk]))
    number = step.questions.get(kind="registration").name
    page.fill(f"[name={number}]", "120-81-47521")
    page.press(f"[name={number}]", "Enter")
    page.get_by_text("Draft saved.").wait_for()
    assert "사업자등록증_ACME.pdf" in page.inner_text("main")
    assert not Submission.objects.filter(answer__step=step).exists()


def test_two_people_on_one_step_see_each_other(profile, open_page):
    step = profile.customer.steps.get(title_en="Tax and registration")
    path, item = (
        reverse("customers:step", args=[profile.pk, step.pk]),
        step.questions.get(label_en="Item of business").name,
    )
    ada, mia = open_page(), open_page()
    log_in(ada)
    log_in(mia, "member@acme.example")
    for page in (ada, mia):
        page.goto(path)
    for page, text in ((ada, "boxes"), (mia, "labels")):
        page.fill(f"[name={item}]", text)
        page.get_by_role("button", name="Save draft").last.click()
    mia.get_by_text("saved this step while you were writing").wait_for()
    assert "boxes" in mia.inner_text("main")
    assert mia.input_value(f"[name={item}]") == "labels"
    mia.get_by_role("button", name="Save draft").last.click()
    mia.get_by_text("Draft saved.").wait_for()


def test_text_comes_back_after_the_session_ended(profile, open_page):
    step = profile.customer.steps.get(title_en="Tax and registration")
    item = step.questions.get(label_en="Item of business").name
    page = open_page()
    log_in(page)
    page.goto(reverse("customers:step", args=[profile.pk, step.pk]))
    page.fill(f"[name={item}]", "typed for an hour")
    page.context.clear_cookies(name="sessionid")
    page.get_by_role("button", name="Submit to Organon").click()
    page.fill("[name=login]", "admin@acme.example")
    page.fill("[name=password]", "demo-portal-2026")
    page.press("[name=password]", "Enter")
    page.get_by_text("Your text is back.").wait_for()
    assert page.input_value(f"[name={item}]") == "typed for an hour"
