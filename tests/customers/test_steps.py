"""A step in the browser: drafts, submitting, conflicts, handing over, rights."""

import re

import pytest
from django.urls import reverse

from customers.members import limit_to
from customers.models import StepAnswer, Submission, Upload
from customers.steps import templates
from tests.builders import make_step
from tests.customers.conftest import names
from tests.files import a_pdf


def full(step):
    """Return valid answers to every kind."""
    name = names(step)
    return {
        name["text"]: "ACME",
        name["long_text"]: "Line\nLine",
        name["email"]: "a@acme.example",
        name["phone"]: "02-555-0100",
        name["number"]: "1,200.50",
        name["date"]: "2026. 11. 24.",
        name["yes_no"]: "no",
        name["one_choice"]: "Yes, general | 일반",
        name["several_choices"]: ["Packaging | 포장재"],
        name["country"]: "KR",
        name["registration"]: "1208147521",
        f"{name['bank_account']}-bank": "국민은행",
        f"{name['bank_account']}-number": "123456-78-901234",
        f"{name['bank_account']}-holder": "ACME",
        name["file"]: a_pdf("certificate.pdf"),
        name["acknowledgement"]: "on",
    }


def test_every_kind_is_asked_answered_and_read(page, step, profile):
    assert page(step).status_code == 200
    answer = page(step, full(step), "step_submit")
    assert answer.url == reverse("customers:profile", args=[profile.pk]), answer.content.decode()
    said = {one["kind"]: one["value"] for one in Submission.objects.get().answers}
    upload = Upload.objects.get()
    assert said == {
        "text": "ACME",
        "long_text": "Line\nLine",
        "email": "a@acme.example",
        "phone": "+8225550100",
        "number": "1200.5",
        "date": "2026-11-24",
        "yes_no": "no",
        "one_choice": "Yes, general | 일반",
        "several_choices": ["Packaging | 포장재"],
        "country": "KR",
        "registration": "120-81-47521",
        "bank_account": {
            "bank": "국민은행",
            "number": "123456-78-901234",
            "holder": "ACME",
            "iban": "",
            "bic": "",
        },
        "file": {"upload": str(upload.pk), "name": "certificate.pdf", "until": None},
        "acknowledgement": {"document": "Be good."},
    }
    read = page.client.get(
        reverse("customers:submission", args=[profile.pk, step.pk, 1])
    ).content.decode()
    for words in (
        "certificate.pdf",
        "+82 2-555-0100",
        "1,200.5",
        "Yes, general",
        "South Korea",
        "Be good.",
    ):
        assert words in read, words


def test_a_step_that_nobody_has_begun_opens_without_an_error(page, step, organon):
    for one in (step, *templates.add(organon, templates.STEPS)[:3]):
        assert "There is a problem" not in page(one).content.decode()


def test_an_empty_submit_names_every_required_answer_and_links_to_it(page, step):
    answer = page(step, {}, "step_submit")
    text = answer.content.decode()
    assert answer.status_code == 200
    assert text.count('<li><a href="#id_q') == step.questions.count()
    assert "<title>Error:" in text
    assert not Submission.objects.exists()


def test_a_reload_or_another_language_after_a_wrong_submit_gets_the_step(page, step, profile):
    path = reverse("customers:step_submit", args=[profile.pk, step.pk])
    assert page.client.get(path).url == reverse("customers:step", args=[profile.pk, step.pk])
    assert page.client.put(path).status_code == 405


def test_a_draft_keeps_what_was_typed_valid_or_not(page, step):
    name = names(step)
    page(step, {name["text"]: "AC", name["date"]: "2026-13-45", name["email"]: "no address"})
    text = page(step).content.decode()
    for words in ('value="AC"', 'value="2026-13-45"', 'value="no address"', "Type a day such as"):
        assert words in text, words


def test_what_nobody_sees_is_not_kept_of_a_text(page, step):
    page(step, {names(step)["text"]: "soft\x0bbreak\x00 \uffff"})
    assert StepAnswer.objects.get().draft[names(step)["text"]] == "soft break   "


def test_a_wrong_submit_loses_nothing_typed_and_keeps_the_good_file(page, step):
    typed = full(step) | {names(step)["registration"]: "1208147522"}
    text = page(step, typed, "step_submit").content.decode()
    assert "The last digit does not fit the others." in text
    assert "certificate.pdf" in text
    assert StepAnswer.objects.get().draft[names(step)["text"]] == "ACME"
    assert page(step, {"version": 1} | full(step), "step_submit").status_code == 302


def test_the_second_of_two_saves_sees_what_the_first_changed_and_can_insist(
    page, step, profile, mia, client_of, organon
):
    name = names(step)["text"]
    page(step, {name: "mine"})
    hers = client_of(mia)
    path = reverse("customers:step_save", args=[profile.pk, step.pk])
    answer = hers.post(path, {"version": 0, name: "hers"})
    text = answer.content.decode()
    assert answer.status_code == 409
    assert "Ada Kim saved this step while you were writing." in text
    assert "mine" in text
    assert 'value="hers"' in text
    assert StepAnswer.objects.get().draft[name] == "mine"
    hers.post(path, {"version": 1, name: "hers"})
    assert StepAnswer.objects.get().draft[name] == "hers"


def test_a_changed_document_is_not_agreed_to_by_an_earlier_tick(page, organon, profile):
    step = make_step(organon, "Code", {"kind": "acknowledgement", "document_text_en": "Be good."})
    question = step.questions.get()
    page(step, {question.name: "on"})
    assert page(step).context["questions"][0].field.value()
    step.ask_again([question])
    assert not page(step).context["questions"][0].field.value()
    page(step, {"version": 1, question.name: "on"})
    assert page(step).context["questions"][0].field.value()


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("1,200.50", "1200.5"),
        ("1 200", "1200"),
        ("-3", "-3"),
        ("12,345,678", "12345678"),
        ("0.5", "0.5"),
    ],
)
def test_numbers_are_taken_as_people_type_them(typed, number, page, organon, profile):
    step = make_step(organon, "Sum", "number")
    page(step, {names(step)["number"]: typed}, "step_submit")
    assert Submission.objects.get().answers[0]["value"] == number


@pytest.mark.parametrize("typed", ["1,5", "1.200,50", "1,2,3", "12 34", "1,200,5"])
def test_a_number_that_may_mean_another_is_asked_for_again(typed, page, organon, profile):
    step = make_step(organon, "Sum", "number")
    answer = page(step, {names(step)["number"]: typed}, "step_submit")
    assert "Type a number such as 1,200.5" in answer.content.decode()
    assert f'value="{typed}"' in answer.content.decode()


@pytest.mark.parametrize("kind", ["one_choice", "several_choices"])
def test_a_choice_that_is_no_longer_offered_says_so(kind, page, organon, profile):
    step = make_step(organon, "Tax", {"kind": kind, "choices": "A\nB"})
    question = step.questions.get()
    page(step, {question.name: "A"}, "step_submit")
    question.choices = "B\nC"
    question.save()
    assert "What you chose before is no longer offered." in page(step).content.decode()


def test_viewers_read_why_a_step_came_back(page, organon, profile, vic, client_of, now):
    step = make_step(organon, "Tax", "text")
    page(step, {names(step)["text"]: "x"}, "step_submit")
    Submission.objects.get().send_back("The seal is missing.", now=now)
    text = (
        client_of(vic).get(reverse("customers:step", args=[profile.pk, step.pk])).content.decode()
    )
    assert "The seal is missing." in text


def test_viewers_read_what_is_answered(step, profile, vic, client_of, page):
    page(step, {names(step)["text"]: "32 Songdo-daero", names(step)["file"]: a_pdf("paper.pdf")})
    client = client_of(vic)
    text = client.get(reverse("customers:step", args=[profile.pk, step.pk])).content.decode()
    assert "32 Songdo-daero" in text
    assert "paper.pdf" in text
    assert "<textarea" not in text
    assert "hand-over" not in text


def test_a_step_is_handed_to_a_colleague_who_finds_it_on_home(
    step, profile, mia_at_acme, client_of, page
):
    page.client.post(
        reverse("customers:step_hand", args=[profile.pk, step.pk]), {"member": mia_at_acme.pk}
    )
    assert mia_at_acme.user.notifications.get().kind == "step_handed"
    home = client_of(mia_at_acme.user).get("/").content.decode()
    assert "Handed to you." in home
    assert "Start Everything for Organon" in home
    assert "Start Everything for Organon" not in page.client.get("/").content.decode()


def test_a_step_is_handed_only_to_who_may_answer_it(
    step, profile, ada, mia_at_acme, vic_at_acme, page, now
):
    limit_to(mia_at_acme, [], now=now, actor=ada)
    for member in (mia_at_acme, vic_at_acme):
        page.client.post(
            reverse("customers:step_hand", args=[profile.pk, step.pk]), {"member": member.pk}
        )
    assert not StepAnswer.objects.filter(member__isnull=False).exists()


def test_a_step_that_waits_for_others_is_not_shown(organon, step, profile, page):
    bank = make_step(organon, "Bank", opens_after=[step])
    assert page(bank)["Location"] == reverse("customers:profile", args=[profile.pk])


def test_a_limited_member_opens_no_step_and_no_file_of_another_customer(
    step, profile, ada, mia, mia_at_acme, page, client_of, now
):
    page(step, {names(step)["file"]: a_pdf()})
    paths = [reverse("customers:step", args=[profile.pk, step.pk])]
    paths.append(reverse("customers:upload", args=[Upload.objects.get().pk]))
    assert client_of(mia).get(paths[0]).status_code == 200
    limit_to(mia_at_acme, [], now=now, actor=ada)
    assert [client_of(mia).get(path).status_code for path in paths] == [404, 404]


def test_a_question_that_came_later_is_prefilled_beside_the_draft(page, organon, profile):
    step = make_step(organon, "Company", "text")
    typed = step.questions.get().name
    page(step, {typed: "typed before"})
    step.questions.create(kind="text", label_en="Name", prefill="registered_name", order=9)
    text = page(step).content.decode()
    assert 'value="typed before"' in text
    assert 'value="ACME Supplies"' in text


def test_what_is_asked_since_the_last_answer_is_marked(page, organon, profile, now):
    step = make_step(organon, "Company", "text", "text")
    first, second = step.questions.all()
    assert "asked since your last answer" not in page(step).content.decode()
    page(step, {first.name: "a", second.name: "b"}, "step_submit")
    Submission.objects.get().approve(now=now)
    step.ask_again([second])
    assert [asked.is_new for asked in page(step).context["questions"]] == [False, True]
    answer = page(step, {"version": 1, first.name: "a"}, "step_submit")
    assert answer.content.decode().count("asked since your last answer") == 1
    page(step, {"version": 2, first.name: "a", second.name: "c"}, "step_submit")
    assert "asked since your last answer" not in page(step).content.decode()


@pytest.mark.parametrize(
    "kind", ["file", "several_choices", "bank_account", "number", "acknowledgement"]
)
def test_a_draft_outlives_a_question_that_changes_its_kind(kind, page, organon, profile):
    step = make_step(organon, "Company", "text")
    question = step.questions.get()
    page(step, {question.name: "no id of a file"})
    question.kind, question.choices, question.document_text_en = kind, "A\nB", "Read this."
    question.save()
    assert page(step).status_code == 200
    assert page(step, {"version": 1}).status_code == 302


@pytest.mark.parametrize(
    "kind", ["number", "date", "phone", "bank_account", "several_choices", "file"]
)
def test_what_was_answered_before_a_question_changed_its_kind_stays_readable(
    kind, page, organon, profile
):
    step = make_step(organon, "Company", "text")
    question = step.questions.get()
    page(step, {question.name: "first answer"}, "step_submit")
    name = question.name
    anew = {
        "number": {name: "5"},
        "date": {name: "2026-11-24"},
        "phone": {name: "02-555-0100"},
        "bank_account": {
            f"{name}-bank": "국민은행",
            f"{name}-number": "123456789",
            f"{name}-holder": "ACME",
        },
        "several_choices": {name: ["A"]},
        "file": {name: a_pdf()},
    }
    question.kind, question.choices = kind, "A\nB"
    question.save()
    assert page(step, {"version": 1} | anew[kind], "step_submit").status_code == 302
    text = page.client.get(
        reverse("customers:submission", args=[profile.pk, step.pk, 2])
    ).content.decode()
    assert re.search(r"Before:\s+first answer", text)


def test_an_approved_step_says_so_and_leads_from_others_to_what_was_approved(
    page, organon, profile, ada, now
):
    done, other = make_step(organon, "Done"), make_step(organon, "Other")
    StepAnswer.submit(profile, done, {}, [], version=0, actor=ada, now=now).approve(now=now)
    opened = page(done).content.decode()
    assert "What you submit again goes to Organon as a new version." in opened
    assert "You can change answers until" not in opened
    assert (
        reverse("customers:submission", args=[profile.pk, done.pk, 1])
        in page(other).content.decode()
    )


def test_a_draft_keeps_a_text_that_is_too_long_and_says_so(page, organon, profile):
    step = make_step(organon, "Company", "long_text")
    name = step.questions.get().name
    page(step, {name: "x" * 30_000})
    assert "it has 30000" in page(step).content.decode()
    assert StepAnswer.objects.get().draft[name] == "x" * 30_000


def test_a_second_click_on_submit_is_no_conflict(page, organon, profile):
    step = make_step(organon, "Company", "text")
    typed = {step.questions.get().name: "ACME"}
    for _click in range(2):
        assert page(step, typed, "step_submit").url == reverse(
            "customers:profile", args=[profile.pk]
        )
    assert Submission.objects.count() == 1
    assert page(step, typed).status_code == 409


def test_a_question_that_is_gone_is_shown_as_gone(page, organon, profile):
    step = make_step(organon, "Company", "text", "text")
    first, second = step.questions.all()
    page(step, {first.name: "stays", second.name: "goes"}, "step_submit")
    second.delete()
    page(step, {"version": 1, first.name: "stays"}, "step_submit")
    text = page.client.get(
        reverse("customers:submission", args=[profile.pk, step.pk, 2])
    ).content.decode()
    assert re.search(
        r"Question 2\s+<span[^>]*>No longer asked</span>.*Before:\s+goes", text, re.DOTALL
    )
