"""The steps that a customer asks of its suppliers: pages of questions, in two languages."""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.company_details import DETAILS
from core.languages import both, pick
from customers.models.directory import Customer
from customers.steps.kinds import CHOICES, KINDS, Text


class StepQuerySet(models.QuerySet):
    def asked(self) -> "StepQuerySet":
        return self.filter(retired_at=None).order_by("order", "created_at", "pk")


class Step(models.Model):
    """A page of questions of a customer.

    `version` grows when suppliers who have answered have to answer again.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    customer = models.ForeignKey(
        Customer, models.PROTECT, related_name="steps", verbose_name=_("customer")
    )
    order = models.PositiveSmallIntegerField(_("order"), default=0)
    title_ko = models.CharField(_("title in Korean"), max_length=160, blank=True)
    title_en = models.CharField(_("title in English"), max_length=160, blank=True)
    explanation_ko = models.TextField(_("explanation in Korean"), max_length=2000, blank=True)
    explanation_en = models.TextField(_("explanation in English"), max_length=2000, blank=True)
    at_hand_ko = models.CharField(_("what to have at hand, in Korean"), max_length=300, blank=True)
    at_hand_en = models.CharField(_("what to have at hand, in English"), max_length=300, blank=True)
    opens_after = models.ManyToManyField(
        "self",
        symmetrical=False,
        blank=True,
        related_name="opens",
        verbose_name=_("opens after"),
        help_text=_("Suppliers start it when the customer has approved these."),
    )
    version = models.PositiveIntegerField(_("version"), default=1, editable=False)
    retired_at = models.DateTimeField(
        _("no longer asked since"), null=True, blank=True, editable=False
    )
    created_at = models.DateTimeField(_("made"), default=timezone.now, editable=False)

    objects = StepQuerySet.as_manager()

    class Meta:
        verbose_name = _("setup step")
        verbose_name_plural = _("setup steps")
        ordering = ["customer", "order", "created_at", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(title_ko="", title_en=""),
                name="step_has_a_title",
                violation_error_message=_("Give the step a title in at least one language."),
            )
        ]

    def __str__(self):
        return self.title

    @property
    def title(self):
        return pick(both(self, "title"))

    @property
    def explanation(self):
        return pick(both(self, "explanation"))

    @property
    def at_hand(self):
        return pick(both(self, "at_hand"))

    def ask_again(self, questions: Iterable["Question"]) -> None:
        """Ask suppliers who have answered these questions of the step for new answers."""
        with transaction.atomic():
            # F() counts each of two operators who change the step at once.
            Step.objects.filter(pk=self.pk).update(version=F("version") + 1)
            self.refresh_from_db(fields=["version"])
            Question.objects.filter(pk__in=[question.pk for question in questions]).update(
                version=self.version
            )

    def retire(self, *, now: datetime) -> None:
        """Stop asking for the step; what suppliers answered stays readable."""
        Step.objects.filter(pk=self.pk, retired_at=None).update(retired_at=now)

    def bring_back(self) -> None:
        Step.objects.filter(pk=self.pk).update(retired_at=None)

    def copy_to(self, customer: Customer, order: int) -> "Step":
        """Copy the step and its questions to a customer, without `opens_after`; return the copy."""
        copy = Step.objects.get(pk=self.pk)
        copy.pk, copy.customer, copy.order = uuid.uuid4(), customer, order
        copy.version, copy.retired_at, copy.created_at = 1, None, timezone.now()
        copy.save(force_insert=True)
        for question in self.questions.all():
            question.pk, question.step, question.version = uuid.uuid4(), copy, 1
            question.save(force_insert=True)
        return copy

    @classmethod
    def copy_all(cls, source: Customer, target: Customer) -> list["Step"]:
        """Ask the suppliers of `target` also for what `source` asks for; return the new steps."""
        with transaction.atomic():
            after = target.steps.count()
            steps = list(source.steps.asked().prefetch_related("opens_after"))
            copies = {
                step.pk: step.copy_to(target, after + place) for place, step in enumerate(steps, 1)
            }
            # When all copies are there: a step may open after a later step.
            for step in steps:
                copies[step.pk].opens_after.set(
                    copies[before.pk] for before in step.opens_after.all() if before.pk in copies
                )
        return list(copies.values())


@dataclass(frozen=True)
class AskedStep:
    """A step as it was read for a page, in the reader's language."""

    pk: uuid.UUID
    title: str
    explanation: str
    at_hand: str
    version: int
    opens_after: frozenset[uuid.UUID]

    def __str__(self):
        return self.title


class Question(models.Model):
    """A question of a step; answers to an earlier `version` have to be given again."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    step = models.ForeignKey(
        Step, models.CASCADE, related_name="questions", verbose_name=_("setup step")
    )
    order = models.PositiveSmallIntegerField(_("order"), default=0)
    kind = models.CharField(_("kind"), max_length=20, choices=CHOICES, default=Text.name)
    label_ko = models.CharField(_("question in Korean"), max_length=300, blank=True)
    label_en = models.CharField(_("question in English"), max_length=300, blank=True)
    help_ko = models.CharField(_("help in Korean"), max_length=300, blank=True)
    help_en = models.CharField(_("help in English"), max_length=300, blank=True)
    is_required = models.BooleanField(_("required"), default=True)
    choices = models.TextField(
        _("choices"),
        max_length=4000,
        blank=True,
        help_text=_("One a line: English | 한국어"),
    )
    prefill = models.CharField(
        _("prefilled from"), max_length=40, choices=list(DETAILS.items()), blank=True
    )
    asks_expiry = models.BooleanField(
        _("asks until when it is valid"), default=False, help_text=_("For files.")
    )
    document_url = models.URLField(_("address of the document"), max_length=300, blank=True)
    document_text_ko = models.TextField(_("document in Korean"), max_length=20_000, blank=True)
    document_text_en = models.TextField(_("document in English"), max_length=20_000, blank=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        verbose_name = _("question")
        verbose_name_plural = _("questions")
        ordering = ["order", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(label_ko="", label_en=""),
                name="question_has_a_label",
                violation_error_message=_("Write the question in at least one language."),
            )
        ]

    def __str__(self):
        return self.label

    def clean(self):
        self.choices = "\n".join(line.strip() for line in self.choices.splitlines() if line.strip())
        lines = self.choices.splitlines()
        if len(set(lines)) < len(lines):
            raise ValidationError({"choices": _("Each choice may stand there once.")})
        if self.kind in KINDS:  # any other is an error of its field already
            KINDS[self.kind].check_question(self)

    def is_new_to_answer(self, changed: Iterable[str]) -> bool:
        """Return whether a change of these fields makes an earlier answer worthless."""
        asks_more = "is_required" in changed and self.is_required
        documents = {"document_url", "document_text_ko", "document_text_en"}
        return asks_more or bool(({"kind"} | documents) & set(changed))

    @property
    def label(self):
        return pick(both(self, "label"))

    @property
    def help(self):
        return pick(both(self, "help"))

    @property
    def document_text(self):
        return pick(both(self, "document_text"))

    @property
    def name(self):
        """The name of the question's first control in a form, and of its answer in a draft."""
        return control_of(self.pk)


def control_of(question_pk: uuid.UUID) -> str:
    """Return the name of a question's first control, also of a question that is gone."""
    return f"q{question_pk.hex}"
