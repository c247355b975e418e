"""What a customer asks of its suppliers: steps, each a page of questions, made by the operator in two languages."""

import uuid

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.company_details import DETAILS
from core.languages import both, pick
from customers.models.directory import Customer


class Kind(models.TextChoices):
    """What is asked for; how each is asked, checked and shown stands in `customers.steps.kinds`."""

    TEXT = "text", _("text")
    LONG_TEXT = "long_text", _("long text")
    EMAIL = "email", _("e-mail address")
    PHONE = "phone", _("phone number")
    NUMBER = "number", _("number")
    DATE = "date", _("date")
    YES_NO = "yes_no", _("yes or no")
    ONE_CHOICE = "one_choice", _("one choice")
    SEVERAL_CHOICES = "several_choices", _("several choices")
    COUNTRY = "country", _("country")
    REGISTRATION = "registration", _("tax or business registration number")
    BANK_ACCOUNT = "bank_account", _("bank account")
    FILE = "file", _("file")
    ACKNOWLEDGEMENT = "acknowledgement", _("acknowledgement of a document")


CHOOSING = (Kind.ONE_CHOICE, Kind.SEVERAL_CHOICES)


class StepQuerySet(models.QuerySet):
    def asked(self):
        """The steps that are asked for now, in their order."""
        return self.filter(retired_at=None).order_by("order", "created_at", "pk")


class Step(models.Model):
    """One page of questions of a customer. `version` grows when what was answered has to be answered anew."""

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

    def ask_again(self, questions):
        """Ask everybody who has answered for these questions again, and for nothing else of the step."""
        with transaction.atomic():
            Step.objects.filter(pk=self.pk).update(version=F("version") + 1)
            self.refresh_from_db(fields=["version"])
            Question.objects.filter(pk__in=[question.pk for question in questions]).update(
                version=self.version
            )

    def retire(self, *, now):
        """No longer ask for it; what was answered stays readable."""
        Step.objects.filter(pk=self.pk, retired_at=None).update(retired_at=now)

    def bring_back(self):
        """Ask for it again."""
        Step.objects.filter(pk=self.pk).update(retired_at=None)

    def copy_to(self, customer, order):
        """The same step with its questions for another customer; what it opens after is left to the caller. Returns it."""
        questions = list(self.questions.all())
        copy = Step.objects.get(pk=self.pk)
        copy.pk, copy.customer, copy.order, copy.version, copy.retired_at = (
            uuid.uuid4(),
            customer,
            order,
            1,
            None,
        )
        copy.created_at = timezone.now()
        copy.save(force_insert=True)
        for question in questions:
            question.pk, question.step, question.version = uuid.uuid4(), copy, 1
            question.save(force_insert=True)
        return copy

    @classmethod
    def copy_all(cls, source, target):
        """Ask `target`'s suppliers for what `source` asks for, after what it asks already; returns the new steps."""
        with transaction.atomic():
            after = target.steps.count()
            steps = list(source.steps.asked().prefetch_related("opens_after"))
            copies = {
                step.pk: step.copy_to(target, after + place) for place, step in enumerate(steps, 1)
            }
            for step in steps:
                copies[step.pk].opens_after.set(
                    copies[before.pk] for before in step.opens_after.all() if before.pk in copies
                )
        return list(copies.values())


class Question(models.Model):
    """A question of a step. Those whose `version` is above the one that was answered are asked again."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    step = models.ForeignKey(
        Step, models.CASCADE, related_name="questions", verbose_name=_("setup step")
    )
    order = models.PositiveSmallIntegerField(_("order"), default=0)
    kind = models.CharField(_("kind"), max_length=20, choices=Kind.choices, default=Kind.TEXT)
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
        if self.kind in CHOOSING and len(lines) < 2:
            raise ValidationError({"choices": _("Write at least two choices, one a line.")})
        if len(set(lines)) < len(lines):
            raise ValidationError({"choices": _("Each choice may stand there once.")})
        if self.kind == Kind.ACKNOWLEDGEMENT and not (self.document_url or self.document_text):
            raise ValidationError(
                {"document_text_en": _("Write the document here, or give its address.")}
            )

    def is_new_to_answer(self, changed):
        """Whether a change of these fields makes an answer that was given before no answer."""
        asks_more = "is_required" in changed and self.is_required
        return asks_more or bool(
            {"kind", "document_url", "document_text_ko", "document_text_en"} & set(changed)
        )

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
        """What its control is called in a form."""
        return f"q{self.pk.hex}"
