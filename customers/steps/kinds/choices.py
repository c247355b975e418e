"""Questions that offer their answers."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from customers.steps.kinds.base import Kind

SHORT_LIST = 7  # more choices than this are a select, not radio buttons
GONE = {"invalid_choice": _("What you chose before is no longer offered. Choose again.")}


class YesNo(Kind):
    name, label = "yes_no", _("yes or no")

    def controls(self, question, company):
        answers = [("yes", _("Yes")), ("no", _("No"))]
        return {"": forms.ChoiceField(choices=answers, widget=forms.RadioSelect)}

    def lines(self, value):
        return [str(_("Yes") if value == "yes" else _("No"))]


class OneChoice(Kind):
    name, label = "one_choice", _("one choice")

    def check_question(self, question):
        check_choices(question)

    def controls(self, question, company):
        choices = choices_of(question)
        if len(choices) > SHORT_LIST:
            choices = [("", _("Choose one")), *choices]
            return {"": forms.ChoiceField(choices=choices, error_messages=GONE)}
        radio = forms.ChoiceField(choices=choices, widget=forms.RadioSelect, error_messages=GONE)
        return {"": radio}

    def lines(self, value):
        return [choice_label(value)]

    def draft_lines(self, texts):
        return [choice_label(line) for line in texts]


class SeveralChoices(Kind):
    name, label = "several_choices", _("several choices")

    def check_question(self, question):
        check_choices(question)

    def controls(self, question, company):
        field = forms.MultipleChoiceField(
            choices=choices_of(question), widget=forms.CheckboxSelectMultiple, error_messages=GONE
        )
        return {"": field}

    def lines(self, value):
        return [choice_label(line) for line in value]

    def draft_lines(self, texts):
        return [choice_label(line) for line in texts]


def check_choices(question) -> None:
    if len(question.choices.splitlines()) < 2:
        raise ValidationError({"choices": _("Write at least two choices, one a line.")})


def choices_of(question) -> list[tuple[str, str]]:
    """Return the choices of a question, each as its whole line and the reader's half of it."""
    # An answer keeps the whole line, and so reads in both languages.
    return [(line, choice_label(line)) for line in question.choices.splitlines()]


def choice_label(line: str) -> str:
    """Return the reader's half of 'Packaging | 포장재'; a line without a bar is for both."""
    english, _bar, korean = (part.strip() for part in line.partition("|"))
    if get_language() == "ko" and korean:
        return korean
    return english or korean
