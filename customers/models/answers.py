"""A supplier's answers to a customer's step: draft, submitted, returned or approved."""

import uuid
from datetime import datetime

from django.conf import settings
from django.db import models, transaction
from django.db.models import F, Max, OuterRef, Q, Subquery
from django.utils.translation import gettext_lazy as _

from accounts.models import AuditEntry, Membership
from core.languages import both
from core.models import Link
from core.states import AlreadyDecided, transition
from customers.models import setup_news
from customers.models.profiles import CustomerProfile, Stage
from customers.models.steps import AskedStep, Step


class AnswerStatus(models.TextChoices):
    DRAFT = "draft", _("Draft")
    SUBMITTED = "submitted", _("With the customer")
    RETURNED = "returned", _("Sent back")
    APPROVED = "approved", _("Approved")


class Outcome(models.TextChoices):
    WAITING = "waiting", _("With the customer")
    APPROVED = "approved", _("Approved")
    RETURNED = "returned", _("Sent back")
    REPLACED = "replaced", _("Replaced by a newer version")


class EditConflict(Exception):
    """Somebody else saved the step after the page was opened."""


class NotOpen(Exception):
    """The step can't be answered now.

    The connection has ended, the step is retired, or a step before it is not approved.
    """


class StepAnswer(models.Model):
    """A supplier's answers to a step.

    `draft` is the text that was saved last; the submissions are what the customer got.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    profile = models.ForeignKey(
        CustomerProfile, models.PROTECT, related_name="answers", verbose_name=_("profile")
    )
    step = models.ForeignKey(
        Step, models.PROTECT, related_name="answers", verbose_name=_("setup step")
    )
    status = models.CharField(
        _("status"), max_length=10, choices=AnswerStatus.choices, default=AnswerStatus.DRAFT
    )
    draft = models.JSONField(_("draft"), default=dict)
    has_draft = models.BooleanField(_("has unsent changes"), default=False)
    version = models.PositiveIntegerField(_("version"), default=0)
    approved_version = models.PositiveIntegerField(
        _("approved version of the step"), null=True, blank=True
    )
    member = models.ForeignKey(
        Membership,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="handed",
        verbose_name=_("handed to"),
    )
    saved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("saved by"),
    )
    saved_at = models.DateTimeField(_("saved"), null=True, blank=True)

    class Meta:
        verbose_name = _("answer")
        verbose_name_plural = _("answers")
        constraints = [
            models.UniqueConstraint(fields=["profile", "step"], name="one_answer_per_step"),
            models.CheckConstraint(
                condition=~Q(status=AnswerStatus.APPROVED) | Q(approved_version__isnull=False),
                name="approved_names_its_version",
            ),
        ]

    def __str__(self):
        return f"{self.profile}: {self.step}"

    @classmethod
    def save_draft(
        cls,
        profile: CustomerProfile,
        step: Step | AskedStep,
        draft: dict,
        *,
        version: int,
        actor,
        now: datetime,
    ) -> "StepAnswer":
        """Keep the text of the step's controls, valid or not; return the answer.

        `version` is that of the answer when the page was opened. Raises EditConflict when it has
        another by now, NotOpen when the step can't be answered.
        """
        with transaction.atomic():
            answer = _lock_answer(profile, step)
            answer._save(draft, version, actor, now, has_draft=True)
        return answer

    @classmethod
    def submit(
        cls,
        profile: CustomerProfile,
        step: Step | AskedStep,
        draft: dict,
        answers: list[dict],
        *,
        version: int,
        actor,
        now: datetime,
    ) -> "Submission":
        """Freeze the answers of a checked StepForm as a version for the customer; return it.

        It replaces an earlier version that still waits. A mail to the reviewers goes out within
        PORTAL_REVIEW_MAIL_MINUTES. Raises EditConflict and NotOpen as save_draft() does.
        """
        with transaction.atomic():
            answer = _lock_answer(profile, step)
            answer._save(draft, version, actor, now, has_draft=False)
            # Before the new version: only one may wait (one_waiting_submission).
            answer.submissions.waiting().update(outcome=Outcome.REPLACED, decided_at=now)
            submission = answer.submissions.create(
                number=(answer.submissions.aggregate(last=Max("number"))["last"] or 0) + 1,
                # That of the page: what the operator has asked since is not answered.
                step_version=step.version,
                answers=answers,
                submitted_by=actor,
                submitted_at=now,
            )
            cls.objects.filter(pk=answer.pk).update(status=AnswerStatus.SUBMITTED, member=None)
            submission.record("step_submitted", now, actor=actor)
            setup_news.tell_of_accounts(submission, actor, now)
            setup_news.tell_reviewers_soon(profile)
        return submission

    @classmethod
    def hand_over(
        cls,
        profile: CustomerProfile,
        step: Step | AskedStep,
        membership: Membership | None,
        *,
        actor,
        now: datetime,
    ) -> None:
        """Give the step to a colleague, who is told, or with None back to everybody.

        Raises NotOpen.
        """
        with transaction.atomic():
            answer = _lock_answer(profile, step)
            cls.objects.filter(pk=answer.pk).update(member=membership)
            if membership and membership.user_id != actor.pk:
                setup_news.tell_of_handing(answer, membership, actor=actor, now=now)
            AuditEntry.objects.record(
                "step_handed",
                about=answer,
                supplier=profile.supplier,
                actor=actor,
                at=now,
                customer=profile.customer.name,
                step=both(answer.step, "title"),
                to=str(membership.user) if membership else "",
            )

    def _save(self, draft, version, actor, now, *, has_draft):
        # The UPDATE itself asks for the version: of two open pages the second to save is refused.
        mine = StepAnswer.objects.filter(pk=self.pk, version=version)
        if not mine.update(
            draft=draft,
            has_draft=has_draft,
            version=F("version") + 1,
            saved_by=actor,
            saved_at=now,
        ):
            raise EditConflict
        self.refresh_from_db(fields=["draft", "has_draft", "version", "saved_by", "saved_at"])


def _lock_answer(profile, asked):
    # The profile's row is the lock of its whole setup: drafts, submissions, decisions and the end
    # of the connection wait for each other, also before there is an answer to lock. NO KEY: new
    # rows that refer to the profile need not wait.
    connected = CustomerProfile.objects.select_for_update(no_key=True).filter(
        pk=profile.pk, stage=Stage.CONNECTED
    )
    step = Step.objects.asked().filter(pk=asked.pk).first() if connected.exists() else None
    if step is None:
        raise NotOpen
    approved = StepAnswer.objects.filter(profile=profile, approved_version__isnull=False)
    if step.opens_after.asked().exclude(pk__in=approved.values("step")).exists():
        raise NotOpen
    answer, _made = StepAnswer.objects.get_or_create(profile=profile, step=step)
    answer.profile, answer.step = profile, step  # record and news read both: no query for each
    return answer


class SubmissionQuerySet(models.QuerySet):
    def waiting(self) -> "SubmissionQuerySet":
        return self.filter(outcome=Outcome.WAITING)

    def to_decide(self) -> "SubmissionQuerySet":
        # After the end of a connection its submissions wait for nobody.
        return self.waiting().filter(answer__profile__stage=Stage.CONNECTED)

    def newest(self) -> "SubmissionQuerySet":
        """Return the last version of each step, in the order of the steps."""
        last = _versions_of_same_step().values("pk")[:1]
        return self.filter(pk=Subquery(last)).order_by(
            "answer__step__order", "answer__step__created_at"
        )

    def last_and_approved(self) -> "SubmissionQuerySet":
        """Return the last version of each step, and the version approved last, in their order."""
        last = _versions_of_same_step().values("pk")[:1]
        approved = _versions_of_same_step().filter(outcome=Outcome.APPROVED).values("pk")[:1]
        found = self.filter(Q(pk=Subquery(last)) | Q(pk=Subquery(approved)))
        return found.select_related("answer__step", "submitted_by").order_by(
            "answer__step__order", "answer__step__created_at", "number"
        )

    def of(self, profile: CustomerProfile) -> "SubmissionQuerySet":
        return self.filter(answer__profile=profile).select_related(
            "answer__step", "submitted_by", "decided_by"
        )

    def naming(self, upload_pk) -> "SubmissionQuerySet":
        return self.filter(answers__contains=[{"value": {"upload": str(upload_pk)}}])


def _versions_of_same_step():
    return Submission.objects.filter(answer=OuterRef("answer")).order_by("-number")


class Submission(models.Model):
    """A version of a step's answers as the customer got it: frozen, decided once.

    `answers` are [{question, kind, label, value}], so that they read the same when a question is
    changed or gone.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    answer = models.ForeignKey(
        StepAnswer, models.PROTECT, related_name="submissions", verbose_name=_("answer")
    )
    number = models.PositiveIntegerField(_("version"))
    step_version = models.PositiveIntegerField(editable=False)
    answers = models.JSONField(_("answers"))
    submitted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("submitted by")
    )
    submitted_at = models.DateTimeField(_("submitted"))
    outcome = models.CharField(
        _("outcome"), max_length=10, choices=Outcome.choices, default=Outcome.WAITING
    )
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("decided by"),
    )
    decided_link = models.ForeignKey(
        Link,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("decided by link"),
    )
    comment = models.TextField(_("comment"), max_length=1000, blank=True)

    objects = SubmissionQuerySet.as_manager()

    class Meta:
        verbose_name = _("submitted step")
        verbose_name_plural = _("submitted steps")
        ordering = ["-submitted_at", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["answer", "number"], name="one_submission_per_number"),
            models.UniqueConstraint(
                fields=["answer"],
                condition=Q(outcome=Outcome.WAITING),
                name="one_waiting_submission",
            ),
            models.CheckConstraint(
                condition=Q(outcome=Outcome.WAITING, decided_at__isnull=True)
                | (~Q(outcome=Outcome.WAITING) & Q(decided_at__isnull=False)),
                name="decided_submission_has_a_date",
            ),
        ]

    def __str__(self):
        return f"{self.answer}, {self.number}"

    @property
    def before(self) -> "Submission | None":
        return self.answer.submissions.filter(number__lt=self.number).order_by("-number").first()

    def approve(
        self, *, now: datetime, actor=None, link: Link | None = None, comment: str = ""
    ) -> None:
        """Accept this version; raise AlreadyDecided when it was decided or replaced before."""
        self._decide(
            Outcome.APPROVED,
            comment,
            now=now,
            actor=actor,
            link=link,
            status=AnswerStatus.APPROVED,
            # Not the step's version of now: more may have been asked while the answers waited.
            approved_version=self.step_version,
        )

    def send_back(
        self, comment: str, *, now: datetime, actor=None, link: Link | None = None
    ) -> None:
        """Return this version to the supplier; the comment says what has to change.

        Raises AlreadyDecided as approve() does.
        """
        self._decide(
            Outcome.RETURNED,
            comment,
            now=now,
            actor=actor,
            link=link,
            status=AnswerStatus.RETURNED,
        )

    def _decide(self, outcome, comment, *, now, actor, link, **changes):
        with transaction.atomic():
            # The profile's row is the lock of its whole setup, as in _lock_answer().
            profiles = CustomerProfile.objects.select_for_update(no_key=True)
            if not profiles.get(pk=self.answer.profile_id).is_connected:
                raise AlreadyDecided
            transition(
                Submission.objects.filter(pk=self.pk).waiting(),
                outcome=outcome,
                decided_at=now,
                decided_by=actor,
                decided_link=link,
                comment=comment,
            )
            self.refresh_from_db()
            StepAnswer.objects.filter(pk=self.answer_id).update(**changes)
            address = link.address if link else ""
            self.record(f"step_{outcome}", now, actor=actor, address=address, comment=comment)
            setup_news.tell_of_decision(self, now)

    def record(self, kind: str, now: datetime, **data) -> None:
        """Write into the audit trail what became of this version, in the caller's transaction."""
        profile, step = self.answer.profile, self.answer.step
        AuditEntry.objects.record(
            kind,
            about=self.answer,
            supplier=profile.supplier,
            at=now,
            customer=profile.customer.name,
            step=both(step, "title"),
            number=self.number,
            **data,
        )
