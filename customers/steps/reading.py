"""Submitted answers as the supplier, the reviewer and the operator read them."""

from collections.abc import Callable
from dataclasses import dataclass

from core.languages import pick
from customers.steps.kinds import KINDS


@dataclass(frozen=True)
class Line:
    """A question with its answer as lines of text, and the earlier answer where it differs."""

    label: str
    lines: list[str]
    url: str = ""  # of the file, if the answer is a file
    document: str = ""  # that the answer agrees to
    is_new: bool = False
    is_gone: bool = False  # answered before and not asked any more
    before: list[str] | None = None


def readable_answers(
    answers: list[dict], before: list[dict] | None = None, *, url: Callable[[str], str]
) -> list[Line]:
    """Return answers as Lines; `before` are those of an earlier version to compare with.

    `url(id)` is where the reader fetches an Upload.
    """
    earlier = {answer["question"]: answer for answer in before or []}
    asked = {answer["question"] for answer in answers}
    lines = [
        _line(answer, earlier.get(answer["question"]), url, compare=before is not None)
        for answer in answers
    ]
    return lines + [
        Line(pick(answer["label"]), [], is_gone=True, before=_lines(answer))
        for answer in before or []
        if answer["question"] not in asked and answer["value"] is not None
    ]


def _line(answer, old, url, *, compare):
    kind, value = KINDS[answer["kind"]], answer["value"]
    upload = kind.upload_in(value)
    differs = compare and old and (old["kind"], old["value"]) != (answer["kind"], value)
    return Line(
        label=pick(answer["label"]),
        lines=_lines(answer),
        url=url(upload) if upload else "",
        document=kind.document_in(value),
        is_new=compare and old is None,
        before=_lines(old) if differs else None,
    )


def _lines(answer):
    return KINDS[answer["kind"]].lines(answer["value"]) if answer["value"] is not None else []
