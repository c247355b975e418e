"""The questions of a step as its page shows them."""

from dataclasses import dataclass

from django import forms

from customers.models import Question, Upload
from customers.steps.draft import Draft, texts_of
from customers.steps.form import StepForm
from customers.steps.kinds import KINDS, Kind


@dataclass(frozen=True)
class AskedQuestion:
    """A question with its controls, as the page shows them."""

    question: Question
    kind: Kind
    fields: list[forms.BoundField]
    stored: Upload | None  # the file that answers it now
    theirs: list[str] | None  # the answer that a colleague saved meanwhile, where it differs
    is_new: bool  # added or changed since the last answer

    @property
    def field(self):
        return self.fields[0]


def asked_questions(
    form: StepForm, answered_version: int | None = None, theirs: Draft | None = None
) -> list[AskedQuestion]:
    """Return the questions of a form in their order.

    `answered_version` is the version of the step that was answered last, `theirs` a colleague's
    draft to compare with.
    """
    return [
        AskedQuestion(
            question=question,
            kind=KINDS[question.kind],
            fields=[form[name] for name in names.values()],
            stored=form.step_files.stored.get(question),
            theirs=_their_lines(question, names, form.draft, theirs),
            is_new=answered_version is not None and question.version > answered_version,
        )
        for question, names in form.controls.items()
    ]


def _their_lines(question, names, ours, theirs):
    if theirs is None:
        return None
    # A control that was left empty may be missing from a draft: both say the same.
    if all((theirs.get(name) or "") == (ours.get(name) or "") for name in names.values()):
        return None
    return KINDS[question.kind].draft_lines(texts_of(theirs, names.values()))
