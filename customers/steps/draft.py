"""The text of a step's controls: as posted, as saved, or as the company details prefill it.

A draft is {control: text, or a list of texts where several may be chosen}. It keeps text that is
valid or not; a file stands in it by the id of its Upload.
"""

import re

from django import forms
from django.utils.datastructures import MultiValueDict

from core.tabular import plain
from customers.steps.kinds import KINDS, Company

Draft = dict[str, str | list[str]]

MOST_CHOICES = 100  # texts of a control: a draft must stay small
_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def control_name(question, suffix: str) -> str:
    return f"{question.name}-{suffix}" if suffix else question.name


def from_post(
    controls: dict, fields: dict[str, forms.Field], posted: MultiValueDict, saved_draft: Draft
) -> Draft:
    """Return the draft of a POST: text as it was typed; files stay those of the saved draft.

    `controls` are the names of each question's controls, {question: {suffix: name}}.
    """
    draft = {}
    for question, names in controls.items():
        kind = KINDS[question.kind]
        for name in names.values():
            if isinstance(fields[name], forms.FileField):
                draft[name] = saved_draft.get(name, "")
            elif isinstance(fields[name], forms.MultipleChoiceField):
                draft[name] = [plain(text) for text in posted.getlist(name)[:MOST_CHOICES]]
            else:
                draft[name] = kind.to_draft(question, plain(posted.get(name, "")))
    return draft


def from_saved(controls: dict, saved_draft: Draft, company: Company, profile) -> Draft:
    """Return the saved draft; the company details prefill questions that it leaves out."""
    draft = {}
    for question, names in controls.items():
        kind = KINDS[question.kind]
        saved = {
            name: saved_draft[name]
            for name in names.values()
            if name in saved_draft and kind.still_holds(question, saved_draft[name])
        }
        # A question that asked for a file before: the id of that file is no answer in text.
        if not kind.stores_file and _names_upload(saved.get(question.name), profile):
            del saved[question.name]
        draft |= saved or {
            control_name(question, suffix): text
            for suffix, text in kind.prefilled(question, company).items()
        }
    return draft


def as_data(draft: Draft) -> MultiValueDict:
    return MultiValueDict({name: texts_of(draft, [name]) for name in draft})


def upload_id(text) -> str:
    """Return a draft's text if it may be the id of an Upload, otherwise ''."""
    return text if isinstance(text, str) and _ID.fullmatch(text) else ""


def _names_upload(text, profile):
    pk = upload_id(text)
    return bool(pk) and profile.uploads.filter(pk=pk).exists()


def texts_of(draft: Draft, names) -> list[str]:
    texts = []
    for name in names:
        text = draft.get(name) or []
        texts += text if isinstance(text, list) else [text]
    return [text for text in texts if text]
