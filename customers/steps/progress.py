"""How far a supplier is with what a customer asks for: read with the profile, shown the same in the list, the profile and on Home."""

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, F, OuterRef, Q, Subquery
from django.db.models.functions import JSONObject

from accounts.models import Membership, Role
from customers.models.answers import State, StepAnswer, Submission
from customers.models.profiles import LISTED, CustomerProfile, Stage
from customers.models.steps import Step

TRACK = 12  # more stations than this are said in words only
STEP = (
    "id", "title_ko", "title_en", "explanation_ko", "explanation_en", "at_hand_ko", "at_hand_en", "version", "retired_at",
)  # fmt: skip
ANSWER = (
    "id",
    "step_id",
    "state",
    "values",
    "has_draft",
    "version",
    "approved_version",
    "member_id",
    "saved_at",
)


def with_steps(profiles):
    """A queryset of profiles that brings what `attach` needs: one query, however many profiles and steps there are."""
    before = Step.opens_after.through.objects.filter(from_step=OuterRef("pk")).values("to_step")
    steps = Step.objects.asked().filter(customer=OuterRef("customer"))
    steps = steps.values(
        row=JSONObject(**{name: name for name in STEP}, before=ArraySubquery(before))
    )
    last = Submission.objects.filter(answer=OuterRef("pk")).order_by("-number")
    sees = Q(sees_all_customers=True) | Q(profiles=OuterRef("profile"))
    workers = (
        Membership.objects.active().exclude(role=Role.VIEWER).filter(sees, pk=OuterRef("member"))
    )
    answers = StepAnswer.objects.filter(profile=OuterRef("pk"))
    answers = answers.values(
        row=JSONObject(
            **{name: name for name in ANSWER},
            member_name=F("member__user__name"),
            member_works=Exists(workers),
            saver=F("saved_by__name"),
            comment=Subquery(last.values("comment")[:1]),
            decided_at=Subquery(last.values("decided_at")[:1]),
            number=Subquery(last.values("number")[:1]),
            answered_version=Subquery(last.values("step_version")[:1]),
        )
    )
    return profiles.annotate(asked=ArraySubquery(steps), answered=ArraySubquery(answers))


def attach(profiles):
    """Set `.progress` on each profile of with_steps(); returns them. One that is not connected has no steps."""
    for profile in profiles:
        profile.progress = _progress(profile)
    return profiles


def first_needed(profiles):
    """The profiles as a list, those that need something from us first among those of their stage."""
    return sorted(
        profiles, key=lambda one: (LISTED.index(one.shown), one.progress.word != "needs_you")
    )


@dataclass
class StepProgress:
    """A step as it stands for one supplier. `state` is done, wait, now (started), due, next or locked."""

    step: Step
    answer: StepAnswer | None
    state: str
    place: int
    before: list = field(default_factory=list)

    @property
    def is_open(self):
        """Whether the supplier can do something about it now."""
        return self.state in ("now", "due", "next")

    @property
    def mark(self):
        """Its station on the track: 'on', 'wait', 'due' or ''."""
        return {"done": "on", "wait": "wait", "now": "wait", "due": "due"}.get(self.state, "")

    @property
    def before_text(self):
        """The places of the steps that it waits for: '1, 2'."""
        return ", ".join(map(str, self.before))

    @property
    def member_id(self):
        """Whose it is, None when any colleague may go on: also when whoever had it may no longer answer it."""
        has_it = self.answer and self.answer.member_works
        return self.answer.member_id if has_it else None

    @property
    def is_changed(self):
        """Approved, and the customer asks for something new since; what it sent back after that is to be corrected."""
        return self.state == "due" and self.answer.state == State.APPROVED

    @property
    def call(self):
        """What to do about it: 'answer' what is new, 'correct' what was sent back, 'continue' a draft, or 'start'."""
        if self.is_changed:
            return "answer"
        return {"due": "correct", "now": "continue"}.get(self.state, "start")


@dataclass
class Progress:
    """All steps of a profile that are asked for, in their order."""

    profile: CustomerProfile
    steps: list

    def __bool__(self):
        return bool(self.steps)

    @property
    def total(self):
        return len(self.steps)

    @property
    def done(self):
        return sum(one.state == "done" for one in self.steps)

    @property
    def fits_a_track(self):
        return self.total <= TRACK

    @property
    def word(self):
        """needs_you, complete, with_customer, not_started or started; '' when nothing is asked."""
        if not self.steps:
            return ""
        states = {one.state for one in self.steps}
        if "due" in states:
            return "needs_you"
        if states == {"done"}:
            return "complete"
        if not states & {"now", "next"}:
            return "with_customer"
        return "not_started" if states <= {"next", "locked"} else "started"

    @property
    def next_step(self):
        """What to do first: what was sent back, then what was begun, then the next in order. None when nothing is open."""
        open_steps = [one for one in self.steps if one.is_open]
        return min(
            open_steps,
            key=lambda one: (("due", "now", "next").index(one.state), one.place),
            default=None,
        )

    @property
    def is_last(self):
        """Whether the next step is the only one that is left."""
        return sum(one.state not in ("done", "wait") for one in self.steps) == 1


def agenda(profiles, membership):
    """What this member can do now as (profile, step): what came back, what was handed to them, and how each setup goes on.

    A step that a colleague has in hand is left to them.
    """
    found = []
    for profile in profiles:
        mine = [
            one
            for one in profile.progress.steps
            if one.is_open and one.member_id in (None, membership.pk)
        ]
        urgent = [one for one in mine if one.state == "due" or one.member_id]
        begun = [one for one in mine if one.state == "now" and one not in urgent]
        found += [(profile, one) for one in urgent + begun[:1] or mine[:1]]
    return sorted(
        found,
        key=lambda pair: (
            pair[1].state != "due",
            pair[1].member_id is None,
            pair[1].state != "now",
        ),
    )


def _progress(profile):
    connected = profile.stage == Stage.CONNECTED
    steps = [_row(Step, row, customer_id=profile.customer_id) for row in profile.asked if connected]
    answers = {
        answer.step_id: answer
        for answer in (_row(StepAnswer, row, profile=profile) for row in profile.answered)
    }
    places = {step.pk: place for place, step in enumerate(steps, 1)}
    approved = {pk for pk, answer in answers.items() if answer.approved_version}
    found = []
    for step in steps:
        missing = sorted(
            places[pk] for pk in map(UUID, step.before) if pk in places and pk not in approved
        )
        answer = answers.get(step.pk)
        found.append(
            StepProgress(step, answer, _state(step, answer, missing), places[step.pk], missing)
        )
    return Progress(profile, found)


def _row(model, row, **more):
    """A row of `model` from its JSON, with what else the JSON says as attributes.

    Steps and answers come as arrays with the profiles, so that a list takes one query; what is not in STEP or ANSWER is unset.
    """
    columns = {one.attname: one for one in model._meta.concrete_fields}
    one = model(
        **{name: columns[name].to_python(value) for name, value in row.items() if name in columns},
        **more,
    )
    for name, value in row.items():
        if name not in columns:
            setattr(
                one,
                name,
                datetime.fromisoformat(value) if value and name.endswith("_at") else value,
            )
    return one


def _state(step, answer, missing):
    """Where a step stands; `missing` says whether steps that it opens after are not approved yet."""
    if answer and answer.state == State.SUBMITTED:
        return "wait"
    if answer and answer.state == State.APPROVED and answer.approved_version >= step.version:
        return "done"
    if missing:
        return "locked"
    if answer and answer.state in (State.RETURNED, State.APPROVED):
        return "due"
    return "now" if answer and answer.has_draft else "next"
