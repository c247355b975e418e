"""What a supplier answers to a customer's step, and the one state machine of it: draft, submitted, returned or approved."""

import uuid

from django.conf import settings
from django.db import models, transaction
from django.db.models import Exists, F, Max, OuterRef, Q, Subquery
from django.db.models.functions import Cast
from django.utils.translation import gettext_lazy as _

from accounts import file_quotas
from accounts.banks import masked
from accounts.models import AuditEntry, Membership, notify, tell_of_expiry
from core.languages import both
from core.models import Link
from core.models.files import StoredFile
from core.states import AlreadyDecided, transition
from customers.models.profiles import CustomerProfile, Stage
from customers.models.steps import Kind, Step
from customers.steps import notifications


class State(models.TextChoices):
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
    """Somebody else saved the step meanwhile; `answer` is how it stands now."""

    def __init__(self, answer):
        super().__init__()
        self.answer = answer


class NotOpen(Exception):
    """The step can't be answered now: the connection has ended, or the steps before it are not approved."""


class StepAnswer(models.Model):
    """A supplier's answers to one step. `values` holds what was last typed; submissions hold what the customer got."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    profile = models.ForeignKey(
        CustomerProfile, models.PROTECT, related_name="answers", verbose_name=_("profile")
    )
    step = models.ForeignKey(
        Step, models.PROTECT, related_name="answers", verbose_name=_("setup step")
    )
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.DRAFT)
    values = models.JSONField(_("draft"), default=dict)
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
                condition=~Q(state=State.APPROVED) | Q(approved_version__isnull=False),
                name="approved_names_its_version",
            ),
        ]

    def __str__(self):
        return f"{self.profile}: {self.step}"

    @classmethod
    def of(cls, profile, step):
        """The row of a profile's step; one that nobody has begun is made in memory only."""
        return cls.objects.select_related("saved_by", "member__user").filter(
            profile=profile, step=step
        ).first() or cls(profile=profile, step=step)

    @classmethod
    def _locked(cls, profile, step):
        """The row, locked with its profile to the end of the caller's transaction: whoever changes a setup waits in one line.

        Raises NotOpen when the connection has ended, the step is no longer asked for, or one before it is not approved.
        """
        connected = CustomerProfile.objects.select_for_update(no_key=True).filter(
            pk=profile.pk, stage=Stage.CONNECTED
        )
        before = step.opens_after.asked()
        approved = cls.objects.filter(profile=profile, approved_version__isnull=False).values(
            "step"
        )
        asked = Step.objects.asked().filter(pk=step.pk)
        if not connected.exists() or not asked.exists() or before.exclude(pk__in=approved).exists():
            raise NotOpen
        return cls.objects.get_or_create(profile=profile, step=step)[0]

    @classmethod
    def save_draft(cls, profile, step, values, *, version, actor, now):
        """Keep what was typed, valid or not; returns the StepAnswer. EditConflict when it is not the `version` that was opened."""
        with transaction.atomic():
            answer = cls._locked(profile, step)
            answer._keep(values, version, actor, now, has_draft=True)
        return answer

    @classmethod
    def submit(cls, profile, step, values, said, *, version, actor, now):
        """Freeze `said`, what a checked StepForm says, as a version for the customer; returns the Submission.

        An earlier version that still waits is replaced. The reviewers are told with whatever else is submitted within the hour.
        """
        with transaction.atomic():
            answer = cls._locked(profile, step)
            answer._keep(values, version, actor, now, has_draft=False)
            answer.submissions.filter(outcome=Outcome.WAITING).update(
                outcome=Outcome.REPLACED, decided_at=now
            )
            submission = answer.submissions.create(
                number=(answer.submissions.aggregate(last=Max("number"))["last"] or 0) + 1,
                step_version=step.version,
                said=said,
                submitted_by=actor,
                submitted_at=now,
            )
            StepAnswer.objects.filter(pk=answer.pk).update(state=State.SUBMITTED, member=None)
            submission.record("step_submitted", now, actor=actor)
            submission.tell_of_accounts(actor, now)
            notifications.tell_reviewers_soon(profile)
        return submission

    def _keep(self, values, version, actor, now, *, has_draft):
        mine = StepAnswer.objects.filter(pk=self.pk, version=version)
        changed = mine.update(
            values=values,
            has_draft=has_draft,
            version=F("version") + 1,
            saved_by=actor,
            saved_at=now,
        )
        self.refresh_from_db()
        if not changed:
            raise EditConflict(self)

    def is_as_typed(self, values, user, *, submit):
        """Whether the same person has just saved, or submitted, the same: a second click, no conflict."""
        return (self.saved_by, self.values, self.has_draft) == (user, values, not submit)

    @classmethod
    def hand_over(cls, profile, step, membership, *, actor, now):
        """Give the step to a colleague, who finds it on Home and is told; None takes it back to everybody."""
        with transaction.atomic():
            answer = cls._locked(profile, step)
            StepAnswer.objects.filter(pk=answer.pk).update(member=membership)
            if membership and membership.user_id != actor.pk:
                notify(
                    profile.supplier,
                    "step_handed",
                    about=profile,
                    at=now,
                    users=[membership.user],
                    customer=profile.customer.name,
                    step=both(step, "title"),
                    person=actor.name,
                )
            AuditEntry.objects.record(
                "step_handed",
                about=answer,
                supplier=profile.supplier,
                actor=actor,
                at=now,
                customer=profile.customer.name,
                step=both(step, "title"),
                to=str(membership.user) if membership else "",
            )
        return answer


class SubmissionQuerySet(models.QuerySet):
    def waiting(self):
        return self.filter(outcome=Outcome.WAITING)

    def to_decide(self):
        """Those that a reviewer or the operator can decide: with the connection what waits is over, until it is made anew."""
        return self.waiting().filter(answer__profile__stage=Stage.CONNECTED)

    def newest(self):
        """Only the last version of each step, in the order of the steps."""
        last = (
            Submission.objects.filter(answer=OuterRef("answer"))
            .order_by("-number")
            .values("pk")[:1]
        )
        return self.filter(pk=Subquery(last)).order_by(
            "answer__step__order", "answer__step__created_at"
        )

    def last_and_approved(self):
        """The last version of each step and the one that was approved last, in the order of the steps, with what is said of them."""
        every = (
            Submission.objects.filter(answer=OuterRef("answer")).order_by("-number").values("pk")
        )
        approved = every.filter(outcome=Outcome.APPROVED)
        found = self.filter(Q(pk=Subquery(every[:1])) | Q(pk=Subquery(approved[:1])))
        found = found.select_related("answer__step", "submitted_by")
        return found.order_by("answer__step__order", "answer__step__created_at", "number")

    def of(self, profile):
        """The submissions of a profile with what a page says of them."""
        return self.filter(answer__profile=profile).select_related(
            "answer__step", "submitted_by", "decided_by"
        )


class Submission(models.Model):
    """A version of a step's answers as the customer got it: frozen, decided once."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    answer = models.ForeignKey(
        StepAnswer, models.PROTECT, related_name="submissions", verbose_name=_("answer")
    )
    number = models.PositiveIntegerField(_("version"))
    step_version = models.PositiveIntegerField(editable=False)
    said = models.JSONField(_("answers"))
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

    def tell_of_accounts(self, actor, now):
        """Mail all admins of a bank account that is neither the company's nor in the version before: it may be a thief's."""
        supplier, before = self.answer.profile.supplier, self.before
        known = [account.values() for account in supplier.bank_accounts.current()]
        known += [one["value"] for one in before.said] if before else []
        for one in self.said:
            if one["kind"] == Kind.BANK_ACCOUNT and one["value"] and one["value"] not in known:
                context = {
                    "customer": self.answer.profile.customer,
                    "account": masked(one["value"]),
                }
                supplier.mail_admins("account_submitted", actor=actor, at=now, **context)

    def approve(self, *, now, actor=None, link=None, comment=""):
        """The customer is content with this version. AlreadyDecided when it was decided or replaced before."""
        self._decide(
            Outcome.APPROVED,
            State.APPROVED,
            now,
            actor,
            link,
            comment,
            approved_version=self.step_version,
        )

    def send_back(self, comment, *, now, actor=None, link=None):
        """Return this version with what has to change. AlreadyDecided when it was decided or replaced before."""
        self._decide(Outcome.RETURNED, State.RETURNED, now, actor, link, comment)

    def _decide(self, outcome, state, now, actor, link, comment, **changes):
        profile = self.answer.profile
        with transaction.atomic():
            if (
                not CustomerProfile.objects.select_for_update(no_key=True)
                .get(pk=profile.pk)
                .is_connected
            ):
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
            StepAnswer.objects.filter(pk=self.answer_id).update(state=state, **changes)
            self.record(
                f"step_{outcome}",
                now,
                actor=actor,
                address=link.address if link else "",
                comment=comment,
            )
            notifications.tell_of_decision(self, now)

    def record(self, kind, now, **data):
        """Write what became of this version into the audit trail, in the caller's transaction."""
        profile, step = self.answer.profile, self.answer.step
        names = {
            "customer": profile.customer.name,
            "step": both(step, "title"),
            "number": self.number,
        }
        AuditEntry.objects.record(
            kind, about=self.answer, supplier=profile.supplier, at=now, **names, **data
        )

    @property
    def before(self):
        """What the customer got the last time, None for the first version."""
        return self.answer.submissions.filter(number__lt=self.number).order_by("-number").first()


class UploadQuerySet(models.QuerySet):
    def running_out(self, until):
        """Files of connected setups that are valid until a day up to `until` and whose people were not told yet."""
        connected = self.filter(profile__stage=Stage.CONNECTED)
        return connected.filter(expires_on__lte=until, told_of_expiry=False)

    def unnamed(self):
        """Files that neither a draft nor a submission of their profile names."""
        upload = Cast(OuterRef("pk"), models.TextField())
        drafts = StepAnswer.objects.filter(profile=OuterRef("profile")).annotate(
            text=Cast("values", models.TextField())
        )
        versions = Submission.objects.filter(answer__profile=OuterRef("profile"))
        versions = versions.annotate(text=Cast("said", models.TextField()))
        return self.exclude(Exists(drafts.filter(text__contains=upload))).exclude(
            Exists(versions.filter(text__contains=upload))
        )


class Upload(StoredFile):
    """A file that answers a question; it belongs to the connection, so that no other customer sees it."""

    profile = models.ForeignKey(
        CustomerProfile, models.PROTECT, related_name="uploads", verbose_name=_("profile")
    )
    question = models.UUIDField(editable=False)
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("uploaded by")
    )
    told_of_expiry = models.BooleanField(default=False, editable=False)

    supplier_path = "profile__supplier"

    objects = UploadQuerySet.as_manager()

    class Meta:
        verbose_name = _("file")
        verbose_name_plural = _("files")

    @classmethod
    def add(cls, upload, *, actor, now, profile, **fields):
        """Keep a checked upload; raise ValidationError when there is no room for it."""
        with transaction.atomic():
            file_quotas.make_room(profile.supplier, upload.size, now=now, person=actor)
            return cls.keep(upload, profile=profile, uploaded_by=actor, **fields)

    @classmethod
    def adopt(cls, document, *, actor, now, profile, **fields):
        """Keep a copy of a company document; raise ValidationError when there is no room for it."""
        with transaction.atomic():
            file_quotas.make_room(profile.supplier, document.size, now=now)
            return cls.copy_of(document, profile=profile, uploaded_by=actor, **fields)

    @property
    def control(self):
        """What the control of its question is called in a form."""
        return f"q{self.question.hex}"

    def valid_until(self, day):
        """It runs out on another day than was said before: people are told of that one anew."""
        changed = Upload.objects.filter(pk=self.pk).exclude(expires_on=day)
        changed.update(expires_on=day, told_of_expiry=False)

    def tell_of_expiry(self, *, now):
        """Tell who works with the customer, once, that it runs out; a file that was replaced meanwhile is of no interest."""
        with transaction.atomic():
            first = Upload.objects.filter(pk=self.pk, told_of_expiry=False).update(
                told_of_expiry=True
            )
            current = StepAnswer.objects.filter(
                profile=self.profile, values__contains={self.control: str(self.pk)}
            )
            if first and current.exists():
                customer = self.profile.customer.name
                tell_of_expiry(
                    "file_expires",
                    self,
                    self.profile.people(),
                    now,
                    about=self.profile,
                    customer=customer,
                )
