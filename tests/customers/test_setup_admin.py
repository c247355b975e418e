"""The operator makes steps, adds ready-made ones, copies, previews, decides and exports."""

import io
from datetime import UTC, datetime

import pytest
import tablib
from django.contrib.auth.models import Permission
from django.urls import reverse
from procrastinate.contrib.django.models import ProcrastinateJob

from accounts.models import AuditEntry, Notification
from core.tabular import safe
from customers.jobs import tell_suppliers
from customers.models import Step, StepAnswer, Submission, Upload
from customers.steps import export, templates
from tests.builders import connect, make_customer, make_step, make_user
from tests.files import a_pdf


@pytest.fixture
def admin(client_of, operator):
    return client_of(operator)


@pytest.fixture
def profile(ada_at_acme, organon):
    return connect(ada_at_acme, organon)


def act(admin, model, action, rows, **data):
    data |= {"action": action, "_selected_action": [row.pk for row in rows], "apply": "1"}
    return admin.post(reverse(f"admin:customers_{model}_changelist"), data, follow=True)


def submitted(profile, step, actor, now, value="32 Songdo", kind="text"):
    said = [
        {"question": "x", "kind": kind, "label": {"ko": "주소", "en": "Address"}, "value": value}
    ]
    return StepAnswer.submit(profile, step, {}, said, version=0, actor=actor, now=now)


def test_ready_made_steps_are_added_in_both_languages_with_one_action(admin, organon):
    act(admin, "customer", "add_ready_made", [organon], names=list(templates.STEPS))
    titles = [(step.title_ko, step.title_en) for step in organon.steps.asked()]
    assert titles == [titles for titles, *_rest in templates.STEPS.values()]
    bank = organon.steps.get(title_en="Bank details")
    assert {step.title_en for step in bank.opens_after.all()} == {
        "Company details",
        "Tax and registration",
    }


def test_every_ready_made_question_is_sound(organon):
    for step in templates.add(organon, templates.STEPS):
        for question in step.questions.all():
            question.full_clean()


def test_steps_are_copied_with_their_order_of_opening(admin, organon):
    templates.add(organon, templates.STEPS)
    other = make_customer("Nordhavn Logistics")
    act(admin, "customer", "copy_steps", [other], source=organon.pk)
    assert [step.title_en for step in other.steps.asked()] == [
        step.title_en for step in organon.steps.asked()
    ]
    bank = other.steps.get(title_en="Bank details")
    assert {step.customer for step in bank.opens_after.all()} == {other}
    assert bank.questions.count() == organon.steps.get(title_en="Bank details").questions.count()


def test_the_preview_shows_the_step_and_keeps_nothing(admin, organon):
    for step in templates.add(organon, templates.STEPS):
        page = admin.get(reverse("admin:customers_step_preview", args=[step.pk]))
        assert step.title in page.content.decode()
    assert not StepAnswer.objects.exists()


def test_every_page_of_steps_and_submissions_opens(admin, organon, profile, ada, now):
    step = make_step(organon)
    submission = submitted(profile, step, ada, now)
    for path in (
        reverse("admin:customers_step_changelist"),
        reverse("admin:customers_step_add"),
        reverse("admin:customers_step_change", args=[step.pk]),
        reverse("admin:customers_submission_changelist") + "?q=acme&outcome__exact=waiting",
        reverse("admin:customers_submission_change", args=[submission.pk]),
    ):
        assert admin.get(path).status_code == 200
    assert "32 Songdo" in admin.get(path).content.decode()


def step_form(step, *questions):
    """Return the data that the change page of a step posts."""
    data = {
        "order": 0,
        "title_en": step.title_en,
        "questions-INITIAL_FORMS": step.questions.count(),
    }
    data["questions-TOTAL_FORMS"] = len(questions)
    for place, question in enumerate(questions):
        data |= {f"questions-{place}-{name}": value for name, value in question.items()}
    return data


def test_a_new_required_question_asks_those_who_answered_for_this_step_again(
    admin, organon, profile, ada, now, client_of
):
    step, other = make_step(organon, "Company"), make_step(organon, "Tax")
    for one in (step, other):
        submitted(profile, one, ada, now).approve(now=now)
    old = step.questions.get()
    kept = {"id": old.pk, "order": 0, "kind": "text", "label_en": old.label_en, "is_required": "on"}
    new = {"order": 1, "kind": "date", "label_en": "Since when?", "is_required": "on"}
    answer = admin.post(
        reverse("admin:customers_step_change", args=[step.pk]), step_form(step, kept, new)
    )
    assert answer.status_code == 302, answer.context["errors"]
    step.refresh_from_db()
    assert step.version == 2
    assert step.questions.get(order=0).version == 1
    assert step.questions.get(order=1).version == 2
    text = client_of(ada).get(reverse("customers:profile", args=[profile.pk])).content.decode()
    assert "Organon asks for something new" in text
    assert "1 of 2 steps are approved." in text


def test_steps_that_would_wait_for_each_other_are_refused(admin, organon):
    first = make_step(organon, "First")
    last = make_step(
        organon, "Last", opens_after=[make_step(organon, "Second", opens_after=[first])]
    )
    question = first.questions.get()
    kept = {"id": question.pk, "order": 0, "kind": "text", "label_en": question.label_en}
    data = step_form(first, kept) | {"opens_after": [last.pk]}
    text = admin.post(
        reverse("admin:customers_step_change", args=[first.pk]), data
    ).content.decode()
    assert "neither would ever open" in text
    assert not first.opens_after.exists()


def test_an_optional_question_or_a_better_word_asks_nobody_again(admin, organon, profile, ada, now):
    step = make_step(organon, "Company")
    old = step.questions.get()
    kept = {
        "id": old.pk,
        "order": 0,
        "kind": "text",
        "label_en": "Better words",
        "is_required": "on",
    }
    new = {"order": 1, "kind": "date", "label_en": "Since when?"}
    admin.post(reverse("admin:customers_step_change", args=[step.pk]), step_form(step, kept, new))
    step.refresh_from_db()
    assert step.version == 1
    assert step.questions.get(order=0).label_en == "Better words"
    ticked = kept | {"label_en": "Other words", "ask_again": "on"}
    second = new | {"id": step.questions.get(order=1).pk}
    admin.post(
        reverse("admin:customers_step_change", args=[step.pk]), step_form(step, ticked, second)
    )
    step.refresh_from_db()
    assert step.version == 2


def test_an_hour_of_editing_tells_connected_suppliers_once(admin, organon, profile, ada, run_jobs):
    for name in templates.STEPS:
        act(admin, "customer", "add_ready_made", [organon], names=[name])
    jobs = ProcrastinateJob.objects.filter(task_name="customers.jobs.tell_suppliers")
    assert [job.args for job in jobs] == [{"customer_id": str(organon.pk)}]
    for _attempt in range(2):  # killed in between, the job runs once more
        tell_suppliers.func(customer_id=str(organon.pk))
    run_jobs()
    assert Notification.objects.get(kind="steps_asked").user == ada


@pytest.mark.parametrize("required", ["on", ""])
def test_suppliers_are_told_of_a_new_step_and_of_one_that_is_back(
    required, admin, organon, profile, now
):
    jobs = ProcrastinateJob.objects.filter(task_name="customers.jobs.tell_suppliers")
    step = make_step(organon, "New")
    question = {"order": 0, "kind": "text", "label_en": "Q", "is_required": required}
    data = step_form(step, question) | {"customer": organon.pk, "questions-INITIAL_FORMS": 0}
    assert admin.post(reverse("admin:customers_step_add"), data).status_code == 302
    assert jobs.count() == 1
    jobs.update(status="succeeded", queueing_lock=None)
    step.retire(now=now)
    act(admin, "step", "bring_back", [step])
    assert jobs.filter(status="todo").count() == 1


def test_a_customer_is_not_asked_twice_by_a_copy_of_its_own_steps(admin, organon):
    make_step(organon, "One")
    act(admin, "customer", "copy_steps", [organon], source=organon.pk)
    assert organon.steps.count() == 1


def test_the_preview_is_for_those_who_may_look_at_steps(organon, client_of):
    reader = make_user("reader@portal.example", "Rea", is_staff=True)
    path = reverse("admin:customers_step_preview", args=[make_step(organon).pk])
    assert client_of(reader).get(path).status_code == 403
    reader.user_permissions.add(Permission.objects.get(codename="view_step"))
    assert client_of(reader).get(path).status_code == 200


def test_a_retired_step_is_asked_for_no_longer_and_its_answers_stay(
    admin, organon, profile, ada, now
):
    step = make_step(organon, "Old")
    submission = submitted(profile, step, ada, now)
    act(admin, "step", "retire", [step])
    assert not Step.objects.asked().exists()
    assert Submission.objects.get() == submission


def test_the_operator_approves_and_sends_back(admin, organon, profile, operator, ada, now):
    first, second = (submitted(profile, make_step(organon, title), ada, now) for title in "AB")
    act(admin, "submission", "approve", [first], comment="Fine")
    act(admin, "submission", "send_back", [second], comment="")
    second.refresh_from_db()
    assert second.outcome == "waiting"
    act(admin, "submission", "send_back", [second], comment="Sign it")
    first.refresh_from_db()
    second.refresh_from_db()
    assert [(one.outcome, one.comment, one.decided_by) for one in (first, second)] == [
        ("approved", "Fine", operator),
        ("returned", "Sign it", operator),
    ]


def test_what_waits_when_the_connection_ends_is_nobodys_to_decide(
    admin, organon, profile, ada, now, client_of
):
    submission = submitted(profile, make_step(organon), ada, now)
    mirae = make_customer()
    other = submitted(
        connect(profile.supplier.memberships.get(), mirae), make_step(mirae), ada, now
    )
    assert Submission.objects.to_decide().count() == 2
    profile.end("Over.", now=now, actor=ada)
    assert Submission.objects.to_decide().get() == other
    waiting = "?outcome__exact=waiting&answer__profile__stage__exact=connected"
    page = admin.get(reverse("admin:customers_submission_changelist") + waiting)
    assert page.context["cl"].result_count == 1
    path = reverse("admin:customers_submission_change", args=[submission.pk])
    assert 'value="approve"' not in admin.get(path).content.decode()
    page = reverse("customers:submission", args=[profile.pk, submission.answer.step_id, 1])
    text = client_of(ada).get(page).content.decode()
    assert "Not decided" in text
    assert "With the customer" not in text


def test_the_operator_fetches_submitted_files_only(admin, organon, profile, ada, now):
    upload_file = a_pdf()
    upload_file.content_type = "application/pdf"
    step = make_step(organon, "Papers", "file")
    upload = Upload.keep(
        upload_file, profile=profile, question=step.questions.get().pk, uploaded_by=ada
    )
    submission = submitted(
        profile, step, ada, now, {"upload": str(upload.pk), "name": "a", "until": None}, "file"
    )
    path = reverse("admin:customers_submission_file", args=[submission.pk, upload.pk])
    answer = admin.get(path)
    assert b"".join(answer.streaming_content).startswith(b"%PDF-")
    other = submitted(profile, make_step(organon), ada, now)
    assert (
        admin.get(
            reverse("admin:customers_submission_file", args=[other.pk, upload.pk])
        ).status_code
        == 404
    )


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_all_setups_of_a_customer_are_exported_safe_against_formulas(
    kind, admin, organon, profile, ada, now
):
    submitted(profile, make_step(organon, "Company"), ada, now, "=HYPERLINK(1)")
    answer = act(admin, "customer", "export_setups", [organon], format=kind)
    content = answer.content.decode("utf-8-sig") if kind == "csv" else io.BytesIO(answer.content)
    row = tablib.Dataset().load(content, format=kind).dict[0]
    assert row["Supplier"] == "ACME Supplies"
    assert row["Step"] == "Company"
    assert row["Answer"] == "'=HYPERLINK(1)"


def test_the_export_has_the_approved_version_the_last_one_and_what_is_still_to_do(
    organon, profile, ada, now
):
    step, begun = make_step(organon, "Company", order=1), make_step(organon, "Tax", order=2)
    make_step(organon, "Bank", order=3, opens_after=[begun])
    submitted(profile, step, ada, now, "approved").approve(now=now)
    said = Submission.objects.get().answers
    for version, value in enumerate(["sent back", "not looked at"], 1):
        said[0]["value"] = value
        waiting = StepAnswer.submit(profile, step, {}, said, version=version, actor=ada, now=now)
        if value == "sent back":
            waiting.send_back("No.", now=now)
    StepAnswer.save_draft(profile, begun, {}, version=0, actor=ada, now=now)
    rows = export.setups([organon]).dict
    assert [(row["Step"], row["Version"], row["Outcome"], row["Answer"]) for row in rows] == [
        ("Company", "1", "Approved", "approved"),
        ("Company", "3", "With the customer", "not looked at"),
        ("Tax", "", "Started", ""),
        ("Bank", "", "Not open yet", ""),
    ]


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_an_answer_with_characters_that_tables_can_not_hold_is_exported(
    kind, organon, profile, ada, now
):
    submitted(
        profile, make_step(organon, "Company"), ada, now, "soft\x0bbreak \x1b\ufffe;=HYPERLINK(1)"
    )
    content = export.download([organon], kind).content
    content = content.decode("utf-8-sig") if kind == "csv" else io.BytesIO(content)
    assert (
        tablib.Dataset().load(content, format=kind).dict[0]["Answer"]
        == "soft break   ;=HYPERLINK(1)"
    )


def test_an_export_needs_the_right_to_read_answers_and_is_recorded(
    organon, profile, ada, now, client_of
):
    submitted(profile, make_step(organon), ada, now, "secret")
    reader = make_user("reader@portal.example", "Rea", is_staff=True)
    reader.user_permissions.add(Permission.objects.get(codename="view_customer"))
    assert (
        "secret"
        not in act(
            client_of(reader), "customer", "export_setups", [organon], format="csv"
        ).content.decode()
    )
    assert not AuditEntry.objects.filter(kind="setups_exported").exists()
    reader.user_permissions.add(Permission.objects.get(codename="view_submission"))
    assert (
        "secret"
        in act(
            client_of(reader), "customer", "export_setups", [organon], format="csv"
        ).content.decode()
    )
    entry = AuditEntry.objects.get(kind="setups_exported")
    assert entry.actor == reader
    assert entry.object_id == str(organon.pk)
    assert entry.audience == "operator"


def test_no_cell_of_a_csv_stands_without_quotes(organon, profile, ada, now):
    submitted(profile, make_step(organon, "Company"), ada, now, "x;=HYPERLINK(1)")
    assert b'"x;=HYPERLINK(1)"' in export.download([organon], "csv").content


def test_the_export_says_when_in_the_portals_time(organon, profile, ada):
    submitted(profile, make_step(organon), ada, datetime(2026, 11, 25, 20, tzinfo=UTC))
    assert export.setups([organon]).dict[0]["Submitted"] == "2026-11-26 05:00"


@pytest.mark.parametrize("text", ["=1", "+1", "-1", "@x", "\t=1", "＝1", "\r=1"])
def test_what_looks_like_a_formula_is_marked(text):
    assert safe(text) == f"'{text}"


def test_staff_who_may_only_look_can_not_decide(organon, profile, ada, now, client_of):
    submission = submitted(profile, make_step(organon), ada, now)
    reader = make_user("reader@portal.example", "Rea", is_staff=True)
    reader.user_permissions.add(Permission.objects.get(codename="view_submission"))
    page = client_of(reader).get(reverse("admin:customers_submission_changelist")).content.decode()
    assert 'value="approve"' not in page
    act(client_of(reader), "submission", "approve", [submission], comment="")
    submission.refresh_from_db()
    assert submission.outcome == "waiting"


def test_the_page_of_a_submission_leads_to_both_decisions_while_it_waits(
    admin, organon, profile, ada, now
):
    submission = submitted(profile, make_step(organon), ada, now)
    path = reverse("admin:customers_submission_change", args=[submission.pk])
    page = admin.get(path).content.decode()
    assert 'value="approve"' in page
    assert 'value="send_back"' in page
    data = {"action": "send_back", "_selected_action": submission.pk}
    assert (
        "Comment for the supplier"
        in admin.post(reverse("admin:customers_submission_changelist"), data).content.decode()
    )
    submission.approve(now=now)
    assert 'value="approve"' not in admin.get(path).content.decode()
    assert (
        admin.get(reverse("admin:customers_submission_change", args=["no-id"])).status_code == 302
    )
