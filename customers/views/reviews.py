"""The reviewer's page behind a link from a mail: no account; a new browser is asked for a code; GET changes nothing."""

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
from customers.models import CustomerProfile, Outcome, Submission, Upload
from customers.steps import notifications
from customers.steps.reading import readable_answers

COOKIE = "reviewer"  # signed: whose mails for which customer this browser has proved to get
KNOWN_DAYS = 30
CODES_A_DAY = 10  # of five tries each: a link that strangers got hold of gives them no way to guess
RENEWED_AN_HOUR = 5


def by_review_link(*, known):
    """Give the view the live link, its profile and contact; every other condition has its page.

    With `known` only a browser that has typed a code gets there, any other is asked for one.
    """

    def decorate(view):
        @by_link("review", CustomerProfile.objects.select_related("customer", "supplier"))
        @wraps(view)
        def wrapper(request, token, link, profile, **more):
            contact = (
                profile.customer.contacts.reviewing().filter(email__iexact=link.address).first()
            )
            condition = link.condition(timezone.now())
            if not contact or not profile.is_connected or condition == "revoked":
                return render(
                    request, "customers/reviews/over.html", {"profile": profile}, status=410
                )
            if condition == "expired" and view.__name__ != "review_renew":
                context = {"profile": profile, "token": token, "expired": True}
                return render(request, "customers/reviews/over.html", context, status=410)
            if known and not _is_known(request, link, profile):
                return (
                    redirect("customers:review", token)
                    if request.method == "POST"
                    else _door(request, token, link)
                )
            return view(request, token, link=link, profile=profile, contact=contact, **more)

        return wrapper

    return decorate


@require_safe
@by_review_link(known=True)
def review(request, token, link, profile, contact):
    """What waits, what changed since last time, and what was decided before."""
    return _page(request, token, profile, contact)


@posted_from("customers:review", "token")
@by_review_link(known=False)
def review_code(request, token, link, profile, contact):
    """Mail a code to the link's own address."""
    if not limits.allowed("review-code", link.pk, CODES_A_DAY, limits.A_DAY):
        return limits.too_many(request, limits.A_DAY)
    code, until = Code.issue(link, "review", now=timezone.now())
    said = {
        "about": profile,
        "urgent": True,
        "valid_until": until,
        "code": code,
        "minutes": MINUTES,
    }
    mail.send("review_code", link.address, contact.mail_language, **said)
    return _door(request, token, link, sent=True)


@posted_from("customers:review", "token")
@by_review_link(known=False)
def review_open(request, token, link, profile, contact):
    """Let the browser in that types the code."""
    form = CodeForm(request.POST)
    if not form.is_valid():
        return _door(request, token, link, form=form, sent=True)
    if not Code.redeem(link, "review", form.cleaned_data["code"], now=timezone.now()):
        form.add_error(
            "code", _("This code is wrong or too old. Type the newest one, or ask for another.")
        )
        return _door(request, token, link, form=form, sent=True)
    response = redirect("customers:review", token)
    response.set_signed_cookie(
        **_proof(link, profile),
        value="known",
        max_age=KNOWN_DAYS * 24 * 3600,
        path="/v/",
        secure=settings.HTTPS,
        httponly=True,
        samesite="Lax",
    )
    return response


@posted_from("customers:review", "token")
@by_review_link(known=False)
def review_renew(request, token, link, profile, contact):
    """Mail a new link to the address of an old one, whoever asks."""
    if not limits.allowed("review-renew", link.pk, RENEWED_AN_HOUR, limits.AN_HOUR):
        return limits.too_many(request, limits.AN_HOUR)
    notifications.write_link("review_link", profile, contact, timezone.now())
    return render(
        request, "customers/reviews/over.html", {"profile": profile, "renewed": link.address}
    )


@posted_from("customers:review", "token")
@by_review_link(known=True)
def review_approve(request, token, pk, link, profile, contact):
    form = ApproveForm(request.POST, auto_id=f"id_{pk.hex}_%s")
    return _decide(request, token, pk, link, profile, contact, form, approve=True)


@posted_from("customers:review", "token")
@by_review_link(known=True)
def review_return(request, token, pk, link, profile, contact):
    form = ReturnForm(request.POST, auto_id=f"id_{pk.hex}_%s")
    return _decide(request, token, pk, link, profile, contact, form, approve=False)


@require_safe
@by_review_link(known=True)
def review_file(request, token, pk, link, profile, contact):
    """A file that was submitted; drafts are not the customer's to see."""
    upload = get_object_or_404(Upload, pk=pk, profile=profile)
    if (
        not Submission.objects.of(profile)
        .filter(said__contains=[{"value": {"upload": str(pk)}}])
        .exists()
    ):
        raise Http404
    return upload.as_attachment()


def _decide(request, token, pk, link, profile, contact, form, *, approve):
    submission = get_object_or_404(Submission.objects.of(profile), pk=pk)
    if not form.is_valid():
        return _page(request, token, profile, contact, wrong={submission.pk: form})
    comment, about = form.cleaned_data["comment"], {"now": timezone.now(), "link": link}
    try:
        if approve:
            submission.approve(comment=comment, **about)
        else:
            submission.send_back(comment, **about)
    except AlreadyDecided:
        return _page(request, token, profile, contact, late=submission)
    return redirect("customers:review", token)


def _page(request, token, profile, contact, wrong=None, late=None):
    """Everything that was submitted: what waits with its differences, what was decided below it."""
    versions = {}
    for one in Submission.objects.of(profile).order_by("number"):
        versions.setdefault(one.answer_id, []).append(one)
    waiting, decided = [], []
    for rows in versions.values():
        last, before = rows[-1], rows[-2] if len(rows) > 1 else None
        last.lines = readable_answers(
            last.said, before.said if before else None, url=partial(_file_url, token)
        )
        last.form = (wrong or {}).get(last.pk) or ApproveForm(auto_id=f"id_{last.pk.hex}_%s")
        (waiting if last.outcome == Outcome.WAITING else decided).append(last)
    context = {
        "token": token,
        "profile": profile,
        "contact": contact,
        "waiting": sorted(waiting, key=lambda one: (one.answer.step.order, one.submitted_at)),
        "decided": sorted(decided, key=lambda one: one.decided_at, reverse=True),
        "late": late,
        "form": next(iter((wrong or {}).values()), None),
    }
    return render(request, "customers/reviews/review.html", context)


def _file_url(token, pk):
    return reverse("customers:review_file", args=[token, pk])


def _door(request, token, link, form=None, *, sent=False):
    """What a browser that has not typed a code sees: nothing of the supplier."""
    context = {"token": token, "address": link.address, "form": form or CodeForm(), "sent": sent}
    return render(request, "customers/reviews/door.html", context)


def _is_known(request, link, profile):
    return bool(
        request.get_signed_cookie(
            default="", max_age=KNOWN_DAYS * 24 * 3600, **_proof(link, profile)
        )
    )


def _proof(link, profile):
    """The cookie of a customer, good for the one address that its code was mailed to."""
    customer = profile.customer_id.hex
    return {
        "key": f"{COOKIE}_{customer}",
        "salt": f"customers.reviews:{customer}:{link.address.lower()}",
    }
