"""The steps of customers and the answers of suppliers, for the operator."""

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import get_object_or_404, render
from django.template.loader import render_to_string
from django.urls import path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from core.admin import ReadOnlyAdmin, action_with_form
from customers.forms import ApproveForm, ReturnForm
from customers.models import Outcome, Question, Stage, Step, Submission, Upload, setup_news
from customers.steps.asked import asked_questions
from customers.steps.form import StepForm
from customers.steps.reading import readable_answers


class OrderForm(forms.ModelForm):
    """The place of a step among others; refuses steps that wait for each other in a circle."""

    def clean_opens_after(self):
        before = self.cleaned_data["opens_after"]
        found, waiting = set(), list(before)
        # Back through all steps that open before this step: it must not be among them.
        while waiting:
            step = waiting.pop()
            if step == self.instance:
                raise forms.ValidationError(
                    _("These open after this step, so neither would ever open.")
                )
            if step not in found:
                found.add(step)
                waiting.extend(step.opens_after.all())
        return before


class QuestionForm(forms.ModelForm):
    """A question; the operator says whether suppliers who have answered it answer once more."""

    ask_again = forms.BooleanField(
        label=_("Ask again"),
        required=False,
        help_text=_("Suppliers who have answered are asked once more."),
    )

    class Meta:
        model = Question
        fields = [
            "order", "kind", "label_ko", "label_en", "help_ko", "help_en", "is_required", "choices", "prefill",
            "asks_expiry", "document_url", "document_text_ko", "document_text_en",
        ]  # fmt: skip
        widgets = {
            "help_ko": forms.TextInput(attrs={"size": 60}),
            "help_en": forms.TextInput(attrs={"size": 60}),
            "choices": forms.Textarea(attrs={"rows": 3}),
            "document_text_ko": forms.Textarea(attrs={"rows": 4}),
            "document_text_en": forms.Textarea(attrs={"rows": 4}),
        }


class QuestionInline(admin.StackedInline):
    model = Question
    form = QuestionForm
    extra = 0


@admin.register(Step)
class StepAdmin(admin.ModelAdmin):
    """A customer's steps, each with a preview as suppliers see it."""

    form = OrderForm
    list_display = ["title", "customer", "order", "questions", "is_asked", "preview"]
    list_select_related = ["customer"]
    list_filter = [("retired_at", admin.EmptyFieldListFilter)]
    search_fields = ["title_ko", "title_en", "customer__name"]
    autocomplete_fields = ["customer"]
    ordering = ["customer__name", "order"]
    inlines = [QuestionInline]
    actions = ["retire", "bring_back"]

    def get_queryset(self, request):
        return super().get_queryset(request).prefetch_related("questions")

    def formfield_for_manytomany(self, field, request, **kwargs):
        # Steps of the same customer only; a new step has no customer yet.
        pk = request.resolver_match.kwargs.get("object_id")
        of_customer = Step.objects.filter(customer__steps=pk).exclude(pk=pk)
        others = of_customer if pk else Step.objects.none()
        return super().formfield_for_manytomany(field, request, queryset=others, **kwargs)

    def get_readonly_fields(self, request, obj=None):
        return ["customer"] if obj else []

    def get_urls(self):
        preview = self.admin_site.admin_view(self.preview_view)
        return [
            path("<uuid:pk>/preview/", preview, name="customers_step_preview"),
            *super().get_urls(),
        ]

    def save_formset(self, request, form, formset, change):
        super().save_formset(request, form, formset, change)
        ticked = {row.instance.pk for row in formset.forms if row.cleaned_data.get("ask_again")}
        to_answer = [question for question in formset.new_objects if question.is_required]
        to_answer += [
            question
            for question, columns in formset.changed_objects
            if question.pk in ticked or question.is_new_to_answer(columns)
        ]
        # Of a new step nobody has answered anything: there is nothing to ask again.
        if change and to_answer:
            form.instance.ask_again(to_answer)
        if to_answer or not change:
            setup_news.tell_suppliers_soon(form.instance.customer)

    @admin.display(description=_("questions"))
    def questions(self, step):
        return len(step.questions.all())

    @admin.display(description=_("asked"), boolean=True)
    def is_asked(self, step):
        return step.retired_at is None

    @admin.display(description=_("preview"))
    def preview(self, step):
        return format_html(
            '<a href="{}">{}</a>',
            reverse("admin:customers_step_preview", args=[step.pk]),
            _("Preview"),
        )

    def preview_view(self, request, pk):
        if not self.has_view_permission(request):
            raise PermissionDenied
        step = get_object_or_404(Step.objects.select_related("customer"), pk=pk)
        form = StepForm(step.questions.all(), saved_draft={})
        context = {"step": step, "questions": asked_questions(form)}
        return render(request, "customers/steps/preview.html", context)

    def has_delete_permission(self, request, obj=None):
        return super().has_delete_permission(request, obj) and not (obj and obj.answers.exists())

    @admin.action(description=_("Ask for it no longer"), permissions=["change"])
    def retire(self, request, queryset):
        for step in queryset:
            step.retire(now=timezone.now())

    @admin.action(description=_("Ask for it again"), permissions=["change"])
    def bring_back(self, request, queryset):
        for step in queryset:
            step.bring_back()
            setup_news.tell_suppliers_soon(step.customer)


@admin.register(Submission)
class SubmissionAdmin(ReadOnlyAdmin):
    """Submitted steps; the operator decides in the customer's place where that is agreed."""

    list_display = [
        "submitted_at",
        "supplier",
        "customer",
        "step",
        "number",
        "outcome",
        "decided_at",
    ]
    list_select_related = ["answer__profile__supplier", "answer__profile__customer", "answer__step"]
    list_filter = ["outcome", "answer__profile__stage"]
    search_fields = ["answer__profile__supplier__name", "answer__profile__customer__name"]
    date_hierarchy = "submitted_at"
    fields = [
        "supplier", "customer", "step", "number", "submitted_at", "submitted_by", "outcome", "decided_at", "decided_by",
        "decided_link", "comment", "readable",
    ]  # fmt: skip
    readonly_fields = ["supplier", "customer", "step", "readable"]
    actions = ["approve", "send_back"]

    def get_urls(self):
        file = self.admin_site.admin_view(self.file_view)
        return [
            path("<uuid:pk>/files/<uuid:upload>/", file, name="customers_submission_file"),
            *super().get_urls(),
        ]

    def change_view(self, request, object_id, form_url="", extra_context=None):
        submission = self.get_object(request, object_id)
        waits = (
            submission is not None
            and Submission.objects.to_decide().filter(pk=submission.pk).exists()
        )
        context = {"may_decide": waits and self.has_decide_permission(request)}
        return super().change_view(request, object_id, form_url, context | (extra_context or {}))

    @admin.display(description=_("supplier"), ordering="answer__profile__supplier__name")
    def supplier(self, submission):
        return submission.answer.profile.supplier

    @admin.display(description=_("customer"), ordering="answer__profile__customer__name")
    def customer(self, submission):
        return submission.answer.profile.customer

    @admin.display(description=_("setup step"))
    def step(self, submission):
        return submission.answer.step

    @admin.display(description=_("answers"))
    def readable(self, submission):
        before = submission.before
        lines = readable_answers(
            submission.answers,
            before.answers if before else None,
            url=lambda pk: reverse("admin:customers_submission_file", args=[submission.pk, pk]),
        )
        return render_to_string("customers/steps/_lines.html", {"lines": lines})

    def file_view(self, request, pk, upload):
        if not self.has_view_permission(request):
            raise Http404
        named = Submission.objects.select_related("answer").naming(upload)
        submission = get_object_or_404(named, pk=pk)
        file = get_object_or_404(Upload, pk=upload, profile=submission.answer.profile_id)
        return file.as_attachment()

    @action_with_form(_("Approve"), ApproveForm, permission="decide")
    def approve(self, request, submission, given):
        submission.approve(now=timezone.now(), actor=request.user, comment=given["comment"])

    @action_with_form(_("Send back"), ReturnForm, permission="decide")
    def send_back(self, request, submission, given):
        submission.send_back(given["comment"], now=timezone.now(), actor=request.user)


admin.site.register_queue(
    _("Submitted steps"),
    lambda: Submission.objects.to_decide().count(),
    f"customers/submission/?outcome__exact={Outcome.WAITING}&answer__profile__stage__exact={Stage.CONNECTED}",
)
