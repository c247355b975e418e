"""The reviewer's page behind a mailed link: no account, but a code in each new browser."""

from dataclasses import dataclass
from functools import partial, wraps

from django.conf import settings
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from core import limits, mail
from core.links import by_link
from core.models import Code
from core.models.codes import MINUTES
from core.posting import posted_from
from core.states import AlreadyDecided
from customers.forms import ApproveForm, CodeForm, ReturnForm
from customers.models import CustomerProfile, Outcome, Submission, Upload, setup_news
from customers.steps.reading import readable_answers

COOKIE = "reviewer"  # signed: this browser has shown that it gets a reviewer's mail
KNOWN_DAYS = 30
CODES_A_DAY = 10  # of five tries each: a stranger who has the link can't guess a code
RENEWED_AN_HOUR = 5


def by_review_link(*, needs_code, takes_expired=False):
    """Give the view a live link, its profile and contact; answer for any other link with a page.

    Use it as a decorator. With `needs_code` a browser has to type a code first; with
    `takes_expired` the link may have run out.
    """

    def decorate(view):
        @by_link("review", CustomerProfile.objects.select_related("customer", "supplier"))
        @wraps(view)
        def wrapper(request, token, link, profile, **more):
            # Asked on each visit: a contact may review no longer.
            reviewers = profile.customer.contacts.reviewing()
            contact = reviewers.filter(email__iexact=link.address).first()
            condition = link.condition(timezone.now())
            if not contact or not profile.is_connected or condition == "revoked":
                return _over(request, profile)
            if condition == "expired" and not takes_expired:
                return _over(request, profile, token=token, expired=True)
            if needs_code and not _is_known(request, link, profile):
                # What was posted is not done: the person decides once they see the page again.
                if request.method == "POST":
                    return redirect("customers:review", token)
                return _code_page(request, token, link)
            return view(request, token, link=link, profile=profile, contact=contact, **more)

        return wrapper

    return decorate


def _over(request, profile, **context):
    context["profile"] = profile
    return render(request, "customers/reviews/over.html", context, status=410)


@require_safe
@by_review_link(needs_code=True)
def review(request, token, link, profile, contact):
    return _page(request, token, profile, contact)


@posted_from("customers:review", "token")
@by_review_link(needs_code=False)
def review_code(request, token, link, profile, contact):
    if not limits.allowed("review-code", link.pk, CODES_A_DAY, limits.A_DAY):
        return limits.too_many(request, limits.A_DAY)
    # To the link's own address only: a browser proves that it gets that mail.
    code, until = Code.issue(link, "review", now=timezone.now())
    mail.send(
        "review_code",
        link.address,
        contact.mail_language,
        about=profile,
        urgent=True,
        valid_until=until,
        code=code,
        minutes=MINUTES,
    )
    return _code_page(request, token, link, sent=True)


@posted_from("customers:review", "token")
@by_review_link(needs_code=False)
def review_open(request, token, link, profile, contact):
    form = CodeForm(request.POST)
    if not form.is_valid():
        return _code_page(request, token, link, form=form, sent=True)
    if not Code.redeem(link, "review", form.cleaned_data["code"], now=timezone.now()):
        form.add_error(
            "code", _("This code is wrong or too old. Type the newest one, or ask for another.")
        )
        return _code_page(request, token, link, form=form, sent=True)
    response = redirect("customers:review", token)
    key, salt = _cookie(link, profile)
    response.set_signed_cookie(
        key,
        "known",
        salt=salt,
        max_age=KNOWN_DAYS * 24 * 3600,
        path="/v/",
        secure=settings.HTTPS,
        httponly=True,
        samesite="Lax",  # Strict would ask for a code whenever the link is followed from a mail
    )
    return response


@posted_from("customers:review", "token")
@by_review_link(needs_code=False, takes_expired=True)
def review_renew(request, token, link, profile, contact):
    if not limits.allowed("review-renew", link.pk, RENEWED_AN_HOUR, limits.AN_HOUR):
        return limits.too_many(request, limits.AN_HOUR)
    # Anybody who has the old link may ask: the new link goes to its address and nowhere else.
    setup_news.write_link("review_link", profile, contact, timezone.now())
    return render(
        request, "customers/reviews/over.html", {"profile": profile, "renewed": link.address}
    )


@posted_from("customers:review", "token")
@by_review_link(needs_code=True)
def review_approve(request, token, pk, link, profile, contact):
    form = ApproveForm(request.POST, auto_id=f"id_{pk.hex}_%s")
    submission = get_object_or_404(Submission.objects.of(profile), pk=pk)
    if not form.is_valid():
        return _page(request, token, profile, contact, wrong={submission.pk: form})
    try:
        submission.approve(comment=form.cleaned_data["comment"], now=timezone.now(), link=link)
    except AlreadyDecided:
        return _page(request, token, profile, contact, late=submission)
    return redirect("customers:review", token)


@posted_from("customers:review", "token")
@by_review_link(needs_code=True)
def review_return(request, token, pk, link, profile, contact):
    form = ReturnForm(request.POST, auto_id=f"id_{pk.hex}_%s")
    submission = get_object_or_404(Submission.objects.of(profile), pk=pk)
    if not form.is_valid():
        return _page(request, token, profile, contact, wrong={submission.pk: form})
    try:
        submission.send_back(form.cleaned_data["comment"], now=timezone.now(), link=link)
    except AlreadyDecided:
        return _page(request, token, profile, contact, late=submission)
    return redirect("customers:review", token)


@require_safe
@by_review_link(needs_code=True)
def review_file(request, token, pk, link, profile, contact):
    upload = get_object_or_404(Upload, pk=pk, profile=profile)
    # Files of drafts are not the customer's to see.
    if not Submission.objects.of(profile).naming(pk).exists():
        raise Http404
    return upload.as_attachment()


@dataclass(frozen=True)
class Reviewed:
    """The last version of a step as the page shows it, with the form that decides it."""

    submission: Submission
    lines: list
    form: ApproveForm


def _page(request, token, profile, contact, wrong=None, late=None):
    # `wrong` is {pk of a submission: its form with errors}, `late` a submission decided meanwhile.
    wrong, versions = wrong or {}, {}
    for submission in Submission.objects.of(profile).order_by("number"):
        versions.setdefault(submission.answer_id, []).append(submission)
    found = [_reviewed(rows, token, wrong) for rows in versions.values()]
    waiting = [reviewed for reviewed in found if reviewed.submission.outcome == Outcome.WAITING]
    decided = [reviewed for reviewed in found if reviewed.submission.outcome != Outcome.WAITING]
    context = {
        "token": token,
        "profile": profile,
        "contact": contact,
        "waiting": sorted(waiting, key=_by_step),
        "decided": sorted(decided, key=_decided_at, reverse=True),
        "late": late,
        "form": next(iter(wrong.values()), None),
    }
    return render(request, "customers/reviews/review.html", context)


def _reviewed(versions, token, wrong):
    # The last version, with the differences from the version before it.
    last = versions[-1]
    before = versions[-2] if len(versions) > 1 else None
    lines = readable_answers(
        last.answers, before.answers if before else None, url=partial(_file_url, token)
    )
    form = wrong.get(last.pk) or ApproveForm(auto_id=f"id_{last.pk.hex}_%s")
    return Reviewed(last, lines, form)


def _by_step(reviewed):
    return reviewed.submission.answer.step.order, reviewed.submission.submitted_at


def _decided_at(reviewed):
    return reviewed.submission.decided_at


def _file_url(token, pk):
    return reverse("customers:review_file", args=[token, pk])


def _code_page(request, token, link, form=None, *, sent=False):
    # The page shows nothing of the supplier: the browser has proved nothing yet.
    context = {"token": token, "address": link.address, "form": form or CodeForm(), "sent": sent}
    return render(request, "customers/reviews/door.html", context)


def _is_known(request, link, profile):
    key, salt = _cookie(link, profile)
    seconds = KNOWN_DAYS * 24 * 3600
    return bool(request.get_signed_cookie(key, default="", salt=salt, max_age=seconds))


def _cookie(link, profile):
    # The key and the salt: good for this customer and the link's address only.
    customer = profile.customer_id.hex
    return f"{COOKIE}_{customer}", f"customers.reviews:{customer}:{link.address.lower()}"
