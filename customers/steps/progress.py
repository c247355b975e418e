"""How far a supplier is with a customer's steps, the same in lists, on the profile and on Home."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import JSONObject

from accounts.models import Membership, Role
from core.languages import pick
from customers.models.answers import AnswerStatus, StepAnswer, Submission
from customers.models.profiles import LISTED, CustomerProfile, Stage
from customers.models.steps import AskedStep, Step

TRACK = 12  # more steps than this are too many to draw: the page says it in words only


@dataclass(frozen=True)
class AnswerSoFar:
    """A supplier's answers to a step, and the customer's last decision; by default no answers."""

    status: str = AnswerStatus.DRAFT
    draft: dict[str, Any] = field(default_factory=dict)
    has_draft: bool = False
    version: int = 0
    approved_version: int | None = None
    saved_at: datetime | None = None
    saved_by_id: int | None = None
    saver: str = ""
    member_id: int | None = None  # None also when the colleague may no longer answer it
    member_name: str = ""
    # Of the version submitted last.
    number: int | None = None
    answered_version: int | None = None
    comment: str = ""
    decided_at: datetime | None = None

    def is_as_typed(self, draft: dict, user, *, submit: bool) -> bool:
        """Return whether the same person has just saved the same: a second click, no conflict."""
        return (self.saved_by_id, self.draft, self.has_draft) == (user.pk, draft, not submit)


@dataclass(frozen=True)
class StepProgress:
    """A step as it stands for a supplier.

    `state` is done, wait (with the customer), now (begun), due (answer or correct it), next or
    locked.
    """

    step: AskedStep
    answer: AnswerSoFar
    state: str
    place: int
    before: tuple[int, ...]  # the places of the steps that it waits for

    @property
    def is_open(self):
        return self.state in ("now", "due", "next")

    @property
    def mark(self):
        # The look of its station on the track.
        return {"done": "on", "wait": "wait", "now": "wait", "due": "due"}.get(self.state, "")

    @property
    def before_text(self):
        return ", ".join(map(str, self.before))

    @property
    def member_id(self):
        return self.answer.member_id

    @property
    def is_changed(self):
        # Approved, and the customer asks for something new since: to answer, not to correct.
        return self.state == "due" and self.answer.status == AnswerStatus.APPROVED

    @property
    def call(self):
        # The verb of the button.
        if self.is_changed:
            return "answer"
        return {"due": "correct", "now": "continue"}.get(self.state, "start")


@dataclass(frozen=True)
class Progress:
    """A profile with the steps that the customer asks for, in order; none if not connected."""

    profile: CustomerProfile
    steps: list[StepProgress]

    def __bool__(self):
        return bool(self.steps)

    @property
    def total(self):
        return len(self.steps)

    @property
    def done(self):
        return sum(step.state == "done" for step in self.steps)

    @property
    def fits_a_track(self):
        return self.total <= TRACK

    @property
    def word(self):
        if not self.steps:
            return ""
        states = {step.state for step in self.steps}
        if "due" in states:
            return "needs_you"
        if states == {"done"}:
            return "complete"
        if not states & {"now", "next"}:
            return "with_customer"
        return "not_started" if states <= {"next", "locked"} else "started"

    @property
    def next_step(self):
        # Steps that came back come first, then those begun, then the next in order.
        urgency = ("due", "now", "next")
        open_steps = [step for step in self.steps if step.is_open]
        return min(
            open_steps, key=lambda step: (urgency.index(step.state), step.place), default=None
        )

    @property
    def is_last(self):
        # Whether next_step is the only step that is left.
        return sum(step.state not in ("done", "wait") for step in self.steps) == 1


def with_steps(profiles: QuerySet) -> QuerySet:
    """Add what read() needs to a queryset of profiles."""
    # Arrays of JSON, not prefetched rows: one query, however many profiles and steps there are.
    return profiles.annotate(asked=ArraySubquery(_asked()), answered=ArraySubquery(_answered()))


def _asked():
    before = Step.opens_after.through.objects.filter(from_step=OuterRef("pk")).values("to_step")
    texts = [
        f"{name}_{code}" for name in ("title", "explanation", "at_hand") for code in ("ko", "en")
    ]
    row = JSONObject(
        pk="pk",
        version="version",
        opens_after=ArraySubquery(before),
        **{text: text for text in texts},
    )
    return Step.objects.asked().filter(customer=OuterRef("customer")).values(row=row)


def _answered():
    last = Submission.objects.filter(answer=OuterRef("pk")).order_by("-number")
    sees = Q(sees_all_customers=True) | Q(profiles=OuterRef("profile"))
    # A colleague who has left, or may not answer any more, has no step in hand.
    members = Membership.objects.active().exclude(role=Role.VIEWER)
    row = JSONObject(
        step_id="step_id",
        status="status",
        draft="draft",
        has_draft="has_draft",
        version="version",
        approved_version="approved_version",
        saved_at="saved_at",
        saved_by_id="saved_by_id",
        saver=F("saved_by__name"),
        member_id="member_id",
        member_name=F("member__user__name"),
        member_works=Exists(members.filter(sees, pk=OuterRef("member"))),
        number=Subquery(last.values("number")[:1]),
        answered_version=Subquery(last.values("step_version")[:1]),
        comment=Subquery(last.values("comment")[:1]),
        decided_at=Subquery(last.values("decided_at")[:1]),
    )
    return StepAnswer.objects.filter(profile=OuterRef("pk")).values(row=row)


def read(profiles: Iterable[CustomerProfile]) -> list[Progress]:
    """Return the progress of each profile of a with_steps() queryset."""
    return [_progress(profile) for profile in profiles]


def _progress(profile):
    connected = profile.stage == Stage.CONNECTED
    steps = [_step(row) for row in profile.asked if connected]
    answers = {UUID(row["step_id"]): _answer(row) for row in profile.answered}
    places = {step.pk: place for place, step in enumerate(steps, 1)}
    approved = {pk for pk, answer in answers.items() if answer.approved_version}
    found = []
    for step in steps:
        answer = answers.get(step.pk, AnswerSoFar())
        # A step before it that is no longer asked for has no place, and locks nothing.
        before = sorted(places[pk] for pk in step.opens_after - approved if pk in places)
        state = _state(step, answer, is_locked=bool(before))
        found.append(StepProgress(step, answer, state, places[step.pk], tuple(before)))
    return Progress(profile, found)


def _step(row):
    return AskedStep(
        pk=UUID(row["pk"]),
        title=_text(row, "title"),
        explanation=_text(row, "explanation"),
        at_hand=_text(row, "at_hand"),
        version=row["version"],
        opens_after=frozenset(map(UUID, row["opens_after"])),
    )


def _text(row, name):
    korean, english = row[f"{name}_ko"], row[f"{name}_en"]
    return pick({"ko": korean or english, "en": english or korean})


def _answer(row):
    return AnswerSoFar(
        status=row["status"],
        draft=row["draft"],
        has_draft=row["has_draft"],
        version=row["version"],
        approved_version=row["approved_version"],
        saved_at=_moment(row["saved_at"]),
        saved_by_id=row["saved_by_id"],
        saver=row["saver"] or "",
        member_id=row["member_id"] if row["member_works"] else None,
        member_name=row["member_name"] or "",
        number=row["number"],
        answered_version=row["answered_version"],
        comment=row["comment"] or "",
        decided_at=_moment(row["decided_at"]),
    )


def _moment(text):
    return datetime.fromisoformat(text) if text else None


def _state(step, answer, *, is_locked):
    if answer.status == AnswerStatus.SUBMITTED:
        return "wait"
    if answer.status == AnswerStatus.APPROVED and answer.approved_version >= step.version:
        return "done"
    if is_locked:
        return "locked"
    if answer.status in (AnswerStatus.RETURNED, AnswerStatus.APPROVED):
        return "due"
    return "now" if answer.has_draft else "next"


def first_needed(setups: Iterable[Progress]) -> list[Progress]:
    """Order the setups of listed() profiles: by stage, those that need the supplier first."""
    return sorted(
        setups,
        key=lambda setup: (LISTED.index(setup.profile.shown), setup.word != "needs_you"),
    )


def agenda(
    setups: Iterable[Progress], membership: Membership
) -> list[tuple[Progress, StepProgress]]:
    """Return the steps that a member can work on, each with its setup, the most urgent first.

    These are the steps that came back or were handed to the member, and of each setup the step to
    go on with. A step that a colleague has in hand is left to that colleague.
    """
    found = []
    for setup in setups:
        # Everything urgent and the first begun step; without these the first open step.
        mine = [
            step for step in setup.steps if step.is_open and step.member_id in (None, membership.pk)
        ]
        urgent = [step for step in mine if step.state == "due" or step.member_id]
        begun = [step for step in mine if step.state == "now" and step not in urgent]
        found += [(setup, step) for step in urgent + begun[:1] or mine[:1]]
    return sorted(found, key=_urgency)


def _urgency(found):
    _setup, step = found
    return step.state != "due", step.member_id is None, step.state != "now"
