"""Submitted answers as a person reads them: by the supplier, the reviewer and the operator alike."""

from dataclasses import dataclass

from core.languages import pick
from customers.models.steps import Kind
from customers.steps.kinds import KINDS


@dataclass
class Line:
    """One question with its answer as lines of text, and what was answered the time before where that differs."""

    label: str
    lines: list
    url: str = ""  # where the file is fetched
    document: str = ""  # what was agreed to
    is_new: bool = False
    is_gone: bool = False  # answered before and not asked any more
    before: list | None = None


def readable_answers(said, before=None, *, url):
    """What a submission says, as Lines; `before` is an earlier submission's `said` to tell the differences from.

    `url(id)` is where the reader fetches a file.
    """
    earlier = {one["question"]: one for one in before or []}
    lines = [_line(one, earlier, url, compare=before is not None) for one in said]
    asked = {one["question"] for one in said}
    return lines + [
        _gone(one)
        for one in before or []
        if one["question"] not in asked and one["value"] is not None
    ]


def _line(one, earlier, url, *, compare):
    value = one["value"]
    line = Line(pick(one["label"]), _shown(one))
    if value is not None and one["kind"] == Kind.FILE:
        line.url = url(value["upload"])
    if value is not None and one["kind"] == Kind.ACKNOWLEDGEMENT:
        line.document = value["document"]
    old = earlier.get(one["question"])
    if compare and old is None:
        line.is_new = True
    elif compare and (old["kind"], old["value"]) != (one["kind"], value):
        line.before = _shown(old)
    return line


def _gone(one):
    return Line(pick(one["label"]), [], is_gone=True, before=_shown(one))


def _shown(one):
    return KINDS[one["kind"]].shown(one["value"]) if one["value"] is not None else []
