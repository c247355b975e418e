"""A step of a customer: answering, submitting, handing over, and reading what was submitted."""

from functools import wraps

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts import unsaved_text
from accounts.access import OtherSupplier, get_own_or_404, role_required
from accounts.banks import KOREAN_BANKS
from accounts.models import Document, Role
from customers.forms import HandForm, VersionForm
from customers.models import CustomerProfile, EditConflict, NotOpen, StepAnswer, Submission, Upload
from customers.steps import company_details, progress
from customers.steps.form import StepForm
from customers.steps.reading import readable_answers


def while_open(view):
    """Let a view show or change a step; one that can't be answered any more, or not yet, gives back what was typed to be copied."""

    @wraps(view)
    def wrapper(request, pk, step_pk, **more):
        try:
            return view(request, pk, step_pk, **more)
        except OtherSupplier:
            raise
        except (NotOpen, Http404) as closed:
            if typed := unsaved_text.to_copy(request):
                return render(request, "customers/steps/closed.html", {"typed": typed}, status=409)
            if isinstance(closed, Http404):
                raise
            messages.info(request, _("This step is not open now. Nothing was changed."))
            return redirect("customers:profile", pk)

    return wrapper


@require_safe
@while_open
def step(request, pk, step_pk):
    """The form with what was typed last; who can't answer, or not yet, reads."""
    profile, one = _load(request, pk, step_pk)
    if one.state == "locked":
        raise NotOpen
    if not request.membership.may_act:
        context = {"profile": profile, "one": one, "versions": _versions(one.answer)}
        context["lines"] = readable_answers(_form(profile, one).said, url=_file_url)
        return render(request, "customers/steps/read.html", context)
    came_back = unsaved_text.pop(request)
    if came_back is None:
        return _page(request, profile, one, _form(profile, one))
    form = _form(profile, one, posted=MultiValueDict(came_back))
    if came_back.get("version") == [str(one.answer.version)]:
        return _page(request, profile, one, form, came_back=True)
    form.compare(one.answer.values)
    return _page(request, profile, one, form, status=409)


@unsaved_text.keeps_unsaved_text("customers:step", "pk", "step_pk")
@role_required(Role.MEMBER)
@while_open
def step_save(request, pk, step_pk):
    """Keep what stands in the form, valid or not."""
    profile, one = _load(request, pk, step_pk)
    form = _form(profile, one, request)
    if not _kept(request, profile, one, form):
        return _page(request, profile, one, form, status=409)
    saved = _("Draft saved. %(customer)s sees nothing until you submit.")
    messages.success(request, saved % {"customer": profile.customer})
    return (
        _page(request, profile, one, form)
        if form.lost_files
        else redirect("customers:step", pk, step_pk)
    )


@unsaved_text.keeps_unsaved_text("customers:step", "pk", "step_pk")
@role_required(Role.MEMBER)
@while_open
def step_submit(request, pk, step_pk):
    """Send the answers to the customer when they are complete; else keep them and say what is missing."""
    profile, one = _load(request, pk, step_pk)
    form = _form(profile, one, request, partial=False)
    if form.errors or not _kept(request, profile, one, form, submit=True):
        status = 200 if _kept(request, profile, one, form) else 409
        return _page(request, profile, one, form, status=status)
    # There was no room for a file: the rest is kept as a draft.
    if form.errors:
        return _page(request, profile, one, form)
    messages.success(request, _("Submitted to %(customer)s.") % {"customer": profile.customer})
    differ = company_details.differences(request.supplier, form) and request.membership.is_admin
    return redirect("customers:step", pk, step_pk) if differ else redirect("customers:profile", pk)


@unsaved_text.keeps_unsaved_text("customers:step", "pk", "step_pk")
@role_required(Role.MEMBER)
@while_open
def step_file_remove(request, pk, step_pk, question):
    """Take a stored file out of the draft; what else stands in the form is kept."""
    profile, one = _load(request, pk, step_pk)
    form = _form(profile, one, request)
    name = f"q{question.hex}"
    if name not in form.stored:
        raise Http404
    form.forget_file(name)
    if not _kept(request, profile, one, form):
        return _page(request, profile, one, form, status=409)
    messages.success(request, _("File removed."))
    return redirect("customers:step", pk, step_pk)


@role_required(Role.MEMBER)
@while_open
def step_hand(request, pk, step_pk):
    """Hand the step to a colleague who may answer it, or to nobody in particular."""
    profile, one = _load(request, pk, step_pk)
    colleagues = _colleagues(profile)
    typed = request.POST if request.method == "POST" else None
    form = HandForm(typed, colleagues=colleagues, initial={"member": one.answer.member_id or ""})
    if request.method != "POST" or not form.is_valid():
        return render(
            request, "customers/steps/hand.html", {"profile": profile, "one": one, "form": form}
        )
    member = next((one for one in colleagues if str(one.pk) == form.cleaned_data["member"]), None)
    StepAnswer.hand_over(profile, one.step, member, actor=request.user, now=timezone.now())
    if member:
        messages.success(request, _("Handed to %(person)s.") % {"person": member.user})
    else:
        messages.success(request, _("Any colleague can work on the step."))
    return redirect("customers:profile", pk)


@role_required(Role.ADMIN)
@require_POST
def step_details(request, pk, step_pk):
    """Take answers over into the company details."""
    profile, one = _load(request, pk, step_pk)
    found = company_details.differences(request.supplier, _form(profile, one))
    if refused := company_details.apply_to_company(
        request.supplier, found, now=timezone.now(), actor=request.user
    ):
        words = _("These can’t stand in the company details: %(names)s")
        messages.warning(request, words % {"names": ", ".join(refused)})
    else:
        messages.success(request, _("Company details are saved."))
    return redirect("customers:step", pk, step_pk)


@role_required(Role.ADMIN)
@require_POST
def step_document(request, pk, step_pk, question):
    """Keep the file that answers a question among the company documents."""
    profile, one = _load(request, pk, step_pk)
    found = company_details.new_files(request.supplier, _form(profile, one))
    asked = next((asked for asked in found if asked.pk == question), None)
    if asked is None:
        raise Http404
    try:
        Document.adopt(
            request.supplier, found[asked], asked.prefill, actor=request.user, now=timezone.now()
        )
    except ValidationError as no_room:
        messages.error(request, no_room.messages[0])
    else:
        messages.success(
            request, _("Document saved. Customers get it only in the steps that you submit.")
        )
    return redirect("customers:step", pk, step_pk)


@require_safe
def submission(request, pk, number, step_pk):
    """A version as the customer got it, also after the end of the connection."""
    profile = get_own_or_404(request, _visible(request), pk)
    said = get_object_or_404(Submission.objects.of(profile), answer__step=step_pk, number=number)
    before = said.before
    context = {
        "profile": profile,
        "said": said,
        "step": said.answer.step,
        "lines": readable_answers(said.said, before.said if before else None, url=_file_url),
        "others": _versions(said.answer),
        "may_edit": profile.is_connected
        and request.membership.may_act
        and not said.answer.step.retired_at,
    }
    return render(request, "customers/steps/submission.html", context)


@require_safe
def upload(request, pk):
    """A file of one of the supplier's connections."""
    profiles = CustomerProfile.objects.visible_to(request.membership)
    return get_object_or_404(Upload.objects.filter(profile__in=profiles), pk=pk).as_attachment()


def _versions(answer):
    return answer.submissions.order_by("-number")


def _file_url(pk):
    return reverse("customers:upload", args=[pk])


def _visible(request):
    return CustomerProfile.objects.visible_to(request.membership).select_related(
        "customer", "supplier"
    )


def _load(request, pk, step_pk):
    """The profile and how its step stands; 404 for a step that is not asked for (any more)."""
    profile = get_own_or_404(request, progress.with_steps(_visible(request)), pk)
    progress.attach([profile])
    one = next((one for one in profile.progress.steps if one.step.pk == step_pk), None)
    if one is None:
        raise Http404
    if one.answer is None:
        _show(one, StepAnswer(profile=profile, step=one.step))
    return profile, one


def _form(profile, one, request=None, *, posted=None, partial=True):
    """The step's form with what the request or `posted` holds, the draft, or the company details."""
    form = StepForm(
        one.step.questions.all(),
        profile=profile,
        kept=one.answer.values,
        posted=request.POST if request else posted,
        files=request.FILES if request else None,
        partial=partial,
        person=request.user if request else None,
    )
    form.full_clean()
    return form


def _kept(request, profile, one, form, *, submit=False):
    """Keep the form's text and files, as a draft or as a submission; False when somebody else saved the step meanwhile.

    Then `form` shows beside each question what they saved, and saving again overwrites it knowingly.
    """
    version = VersionForm(request.POST)
    opened = version.cleaned_data["version"] if version.is_valid() else 0
    about = {"version": opened, "actor": request.user, "now": timezone.now()}
    try:
        if opened != one.answer.version:
            raise EditConflict(StepAnswer.of(profile, one.step))
        form.store_files(request.user)
        if submit and not form.errors:
            StepAnswer.submit(profile, one.step, form.typed, form.said, **about)
        else:
            _show(one, StepAnswer.save_draft(profile, one.step, form.typed, **about))
    except EditConflict as conflict:
        _show(one, conflict.answer)
        if conflict.answer.is_as_typed(form.typed, request.user, submit=submit):
            return True
        form.compare(conflict.answer.values)
        return False
    return True


def _colleagues(profile):
    """Who may answer the customer's steps."""
    return [member for member in profile.people() if member.may_act]


def _show(one, answer):
    """Let the page show the answer as it stands now, with who saved it."""
    answer.saver = str(answer.saved_by or "")
    answer.member_works = answer.member is not None and answer.member in _colleagues(answer.profile)
    answer.member_name = str(answer.member.user) if answer.member else ""
    answer.comment = one.answer and getattr(one.answer, "comment", "")
    answer.answered_version = one.answer and getattr(one.answer, "answered_version", None)
    one.answer = answer


def _page(request, profile, one, form, *, status=200, **context):
    context |= {
        "profile": profile,
        "one": one,
        "form": form,
        "questions": form.asked(one.answer.answered_version),
        "versions": _versions(one.answer),
        "banks": KOREAN_BANKS,
        "who": unsaved_text.owner_token(request.user),
        "may_act": True,
        "conflict": status == 409,
    }
    if request.membership.is_admin:
        context["differences"] = company_details.differences(request.supplier, form)
        context["new_files"] = company_details.new_files(request.supplier, form)
        context["account_differs"] = company_details.account_differs(request.supplier, form)
    return render(request, "customers/steps/step.html", context, status=status)
