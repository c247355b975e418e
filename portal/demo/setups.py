"""Customer setups of the demo: steps, answers in every state, and a draft."""

from django.utils.datastructures import MultiValueDict

from customers.models import StepAnswer
from customers.steps import templates
from customers.steps.form import StepForm
from portal.demo import people
from portal.demo.month import Month


def add(month: Month) -> None:
    # Organon's is half done, Nordhavn's waits for a review, the others are not begun.
    for name, steps in people.SETUPS.items():
        templates.add(month.customers[name], steps)
    for name in people.SETUPS:
        month.customers[name].contacts.update(reviews_setups=True)
    _submit(month, "Organon", "company", 26).approve(now=month.ago(24))
    _submit(month, "Organon", "contacts", 26).approve(now=month.ago(24), comment="감사합니다.")
    returned = _submit(month, "Organon", "insurance", 9)
    returned.send_back(
        "보험 기간이 10월 31일에 끝났습니다. 새 증권을 올려 주세요.", now=month.ago(2)
    )
    _save_draft(month, "Organon", "tax", 1)
    for name in ("company", "conduct"):
        _submit(month, "Nordhavn Logistics", name, 3)


def _submit(month, customer, name, days):
    profile, step, form = _fill_in(month, customer, name)
    # A question that the demo's answers do not know would leave a step that nobody submitted.
    if form.errors:
        raise ValueError(f"{customer}, {name}: {form.errors.as_text()}")
    return StepAnswer.submit(
        profile,
        step,
        form.draft,
        form.answers,
        version=0,
        actor=month.mia.user,
        now=month.ago(days),
    )


def _save_draft(month, customer, name, days):
    profile, step, form = _fill_in(month, customer, name)
    StepAnswer.save_draft(
        profile, step, form.draft, version=0, actor=month.mia.user, now=month.ago(days)
    )


def _fill_in(month, customer, name):
    profiles = month.suppliers["acme"].profiles.select_related("customer", "supplier")
    profile = profiles.get(customer__name=customer)
    step = profile.customer.steps.get(title_en=templates.STEPS[name][0][1])
    # First unposted, for what the company details prefill; then posted as a browser would.
    empty = StepForm(step.questions.all(), profile=profile, saved_draft={})
    names = {question.label_en: question.name for question in empty.questions}
    draft = empty.draft | {
        names[label]: text for label, text in people.ANSWERS.items() if label in names
    }
    posted = MultiValueDict(
        {name: text if isinstance(text, list) else [text] for name, text in draft.items()}
    )
    form = StepForm(
        step.questions.all(), profile=profile, saved_draft={}, posted=posted, partial=False
    )
    form.full_clean()
    form.store_files(month.mia.user)
    return profile, step, form
