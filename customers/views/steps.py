"""A step of a customer: answering, submitting, handing over, and reading old versions."""

from functools import wraps

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts import unsaved_text
from accounts.access import OtherSupplier, get_own_or_404, role_required
from accounts.models import Document, Role
from customers.forms import HandForm, VersionForm
from customers.models import (
    CustomerProfile,
    EditConflict,
    NotOpen,
    Question,
    StepAnswer,
    Submission,
    Upload,
)
from customers.steps import company_details, progress
from customers.steps.asked import asked_questions
from customers.steps.form import StepForm
from customers.steps.reading import readable_answers


def while_open(view):
    """Answer for a view whose step is not open any more, and give back the text that was posted.

    Use it as a decorator of the views that show or change a step.
    """

    @wraps(view)
    def wrapper(request, pk, step_pk, **more):
        try:
            return view(request, pk, step_pk, **more)
        except OtherSupplier:
            raise  # a 404 too, but with a page that offers to switch
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
    setup, standing = _load(request, pk, step_pk)
    if standing.state == "locked":
        raise NotOpen
    if not request.membership.may_act:
        return _read_only_page(request, setup, standing)
    # The text of a form that was posted without a session comes back after login.
    came_back = unsaved_text.pop(request)
    if came_back is None:
        return _page(request, setup, standing, _form(setup, standing))
    form = _form(setup, standing, posted=MultiValueDict(came_back))
    is_newest = came_back.get("version") == [str(standing.answer.version)]
    return _page(request, setup, standing, form, came_back=is_newest, conflict=not is_newest)


@unsaved_text.keeps_unsaved_text("customers:step", "pk", "step_pk")
@role_required(Role.MEMBER)
@while_open
def step_save(request, pk, step_pk):
    setup, standing = _load(request, pk, step_pk)
    form = _form(setup, standing, posted=request.POST, files=request.FILES)
    if not _save(request, setup, standing, form):
        return _conflict_page(request, pk, step_pk, form)
    saved = _("Draft saved. %(customer)s sees nothing until you submit.")
    messages.success(request, saved % {"customer": setup.profile.customer})
    # The form shows why: a redirect would forget the errors.
    if form.lost_files:
        return _page(request, *_load(request, pk, step_pk), form)
    return redirect("customers:step", pk, step_pk)


@unsaved_text.keeps_unsaved_text("customers:step", "pk", "step_pk")
@role_required(Role.MEMBER)
@while_open
def step_submit(request, pk, step_pk):
    setup, standing = _load(request, pk, step_pk)
    form = _form(setup, standing, posted=request.POST, files=request.FILES, partial=False)
    # Incomplete answers are kept as a draft; the page says what is missing.
    if form.errors or not _save(request, setup, standing, form, submit=True):
        if not _save(request, setup, standing, form):
            return _conflict_page(request, pk, step_pk, form)
        return _page(request, *_load(request, pk, step_pk), form)
    customer = setup.profile.customer
    messages.success(request, _("Submitted to %(customer)s.") % {"customer": customer})
    # The step's page offers admins to take the answers into the company details.
    if request.membership.is_admin and company_details.differences(request.supplier, form):
        return redirect("customers:step", pk, step_pk)
    return redirect("customers:profile", pk)


@unsaved_text.keeps_unsaved_text("customers:step", "pk", "step_pk")
@role_required(Role.MEMBER)
@while_open
def step_file_remove(request, pk, step_pk, question):
    setup, standing = _load(request, pk, step_pk)
    form = _form(setup, standing, posted=request.POST, files=request.FILES)
    if not form.forget_file(question):
        raise Http404
    # What stands in the form beside the file is saved with it.
    if not _save(request, setup, standing, form):
        return _conflict_page(request, pk, step_pk, form)
    messages.success(request, _("File removed."))
    return redirect("customers:step", pk, step_pk)


@role_required(Role.MEMBER)
@while_open
def step_hand(request, pk, step_pk):
    setup, standing = _load(request, pk, step_pk)
    colleagues = [member for member in setup.profile.people() if member.may_act]
    posted = request.POST if request.method == "POST" else None
    form = HandForm(posted, colleagues=colleagues, initial={"member": standing.member_id or ""})
    if request.method != "POST" or not form.is_valid():
        context = {"profile": setup.profile, "standing": standing, "form": form}
        return render(request, "customers/steps/hand.html", context)
    chosen = form.cleaned_data["member"]
    member = next((member for member in colleagues if str(member.pk) == chosen), None)
    StepAnswer.hand_over(
        setup.profile, standing.step, member, actor=request.user, now=timezone.now()
    )
    if member:
        messages.success(request, _("Handed to %(person)s.") % {"person": member.user})
    else:
        messages.success(request, _("Any colleague can work on the step."))
    return redirect("customers:profile", pk)


@role_required(Role.ADMIN)
@require_POST
def step_details(request, pk, step_pk):
    form = _form(*_load(request, pk, step_pk))
    found = company_details.differences(request.supplier, form)
    refused = company_details.apply_to_company(
        request.supplier, found, now=timezone.now(), actor=request.user
    )
    if refused:
        words = _("These can’t stand in the company details: %(names)s")
        messages.warning(request, words % {"names": ", ".join(refused)})
    else:
        messages.success(request, _("Company details are saved."))
    return redirect("customers:step", pk, step_pk)


@role_required(Role.ADMIN)
@require_POST
def step_document(request, pk, step_pk, question):
    found = company_details.new_files(request.supplier, _form(*_load(request, pk, step_pk)))
    asked = next((asked for asked in found if asked.pk == question), None)
    if asked is None:
        raise Http404
    Document.adopt(
        request.supplier, found[asked], asked.prefill, actor=request.user, now=timezone.now()
    )
    messages.success(
        request, _("Document saved. Customers get it only in the steps that you submit.")
    )
    return redirect("customers:step", pk, step_pk)


@require_safe
def submission(request, pk, number, step_pk):
    # Also after the end of the connection, and for steps that are no longer asked for.
    profile = get_own_or_404(request, _visible(request), pk)
    submission = get_object_or_404(
        Submission.objects.of(profile), answer__step=step_pk, number=number
    )
    before, step = submission.before, submission.answer.step
    is_asked = profile.is_connected and not step.retired_at
    context = {
        "profile": profile,
        "submission": submission,
        "step": step,
        "lines": readable_answers(
            submission.answers, before.answers if before else None, url=_file_url
        ),
        "others": submission.answer.submissions.order_by("-number"),
        "may_edit": is_asked and request.membership.may_act,
    }
    return render(request, "customers/steps/submission.html", context)


@require_safe
def upload(request, pk):
    profiles = CustomerProfile.objects.visible_to(request.membership)
    return get_object_or_404(Upload.objects.filter(profile__in=profiles), pk=pk).as_attachment()


def _file_url(pk):
    return reverse("customers:upload", args=[pk])


def _visible(request):
    profiles = CustomerProfile.objects.visible_to(request.membership)
    return profiles.select_related("customer", "supplier")


def _load(request, pk, step_pk):
    profile = get_own_or_404(request, progress.with_steps(_visible(request)), pk)
    [setup] = progress.read([profile])
    for standing in setup.steps:
        if standing.step.pk == step_pk:
            return setup, standing
    raise Http404  # not asked for, or no longer


def _form(setup, standing, posted=None, files=None, *, partial=True):
    form = StepForm(
        Question.objects.filter(step=standing.step.pk),
        profile=setup.profile,
        saved_draft=standing.answer.draft,
        posted=posted,
        files=files,
        partial=partial,
    )
    form.full_clean()
    return form


def _save(request, setup, standing, form, *, submit=False):
    """Save the form as a draft or submission; return False if a colleague saved it meanwhile."""
    version = VersionForm(request.POST)
    opened = version.cleaned_data["version"] if version.is_valid() else 0
    profile, step, actor, now = setup.profile, standing.step, request.user, timezone.now()
    try:
        # An older page is refused before its files are stored: no draft would name them.
        if opened != standing.answer.version:
            raise EditConflict
        form.store_files(actor)
        if submit:
            StepAnswer.submit(
                profile, step, form.draft, form.answers, version=opened, actor=actor, now=now
            )
        else:
            StepAnswer.save_draft(profile, step, form.draft, version=opened, actor=actor, now=now)
    except EditConflict:
        # A second click on the same button is no conflict.
        _setup, newest = _load(request, profile.pk, step.pk)
        return newest.answer.is_as_typed(form.draft, actor, submit=submit)
    return True


def _conflict_page(request, pk, step_pk, form):
    # With the newest version: saving once more overwrites the colleague's answers knowingly.
    return _page(request, *_load(request, pk, step_pk), form, conflict=True)


def _page(request, setup, standing, form, *, came_back=False, conflict=False):
    theirs = standing.answer.draft if conflict else None
    context = {
        "profile": setup.profile,
        "progress": setup,
        "standing": standing,
        "form": form,
        "questions": asked_questions(form, standing.answer.answered_version, theirs),
        "versions": _versions(setup, standing),
        "who": unsaved_text.owner_token(request.user),
        "may_act": True,
        "came_back": came_back,
        "conflict": conflict,
    }
    if request.membership.is_admin:
        context["differences"] = company_details.differences(request.supplier, form)
        context["new_files"] = company_details.new_files(request.supplier, form)
        context["account_differs"] = company_details.account_differs(request.supplier, form)
    status = 409 if conflict else 200
    return render(request, "customers/steps/step.html", context, status=status)


def _read_only_page(request, setup, standing):
    context = {
        "profile": setup.profile,
        "progress": setup,
        "standing": standing,
        "versions": _versions(setup, standing),
        "lines": readable_answers(_form(setup, standing).answers, url=_file_url),
    }
    return render(request, "customers/steps/read.html", context)


def _versions(setup, standing):
    submissions = Submission.objects.filter(
        answer__profile=setup.profile, answer__step=standing.step.pk
    )
    return submissions.order_by("-number")
