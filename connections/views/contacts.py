"""The pages behind a contact's link from a mail: no account, and GET changes nothing."""

from django.conf import settings
from django.contrib import messages
from django.db import transaction
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.domains import company_domain
from connections.forms import AcceptForm, DeclineForm, ForwardForm
from connections.models import (
    ConnectionRequest,
    Report,
    ReportKind,
    RequestStatus,
    request_contacts,
)
from core.links import by_link
from core.states import AlreadyDecided
from customers.models import Mute

REQUESTS = ConnectionRequest.objects.select_related(
    "supplier", "customer", "requested_by", "profile"
)


@require_safe
@by_link("request", REQUESTS)
def answer(request, token, link, asked):
    return _page(request, token, link, asked, DeclineForm())


@require_POST
@by_link("request", REQUESTS)
def answer_accept(request, token, link, asked):
    form = AcceptForm(request.POST)
    if not form.is_valid():
        return _page(request, token, link, asked, DeclineForm(request.POST))
    return _decided(
        token, lambda now: asked.accept(now=now, link=link, comment=form.cleaned_data["comment"])
    )


@require_POST
@by_link("request", REQUESTS)
def answer_decline(request, token, link, asked):
    form = DeclineForm(request.POST)
    if not form.is_valid():
        return _page(request, token, link, asked, form)
    reason, comment = form.cleaned_data["reason"], form.cleaned_data["comment"]
    return _decided(token, lambda now: asked.decline(reason, now=now, link=link, comment=comment))


@require_POST
@by_link("request", REQUESTS)
def answer_report(request, token, link, asked):
    return _decided(token, lambda now: request_contacts.report(asked, now=now, link=link))


@require_POST
@by_link("request", REQUESTS)
def answer_mute(request, token, link, asked):
    request_contacts.mute(asked, now=timezone.now(), link=link)
    return _return_to_link("connections:answer", token)


@require_http_methods(["GET", "HEAD", "POST"])
@by_link("request", REQUESTS)
def answer_forward(request, token, link, asked):
    now = timezone.now()
    if not company_domain(link.address):
        raise Http404
    if (
        asked.status_at(now) != RequestStatus.PENDING
        or link.condition(now) != "live"
        or asked.supplier.is_suspended
    ):
        return redirect("connections:answer", token)
    form = ForwardForm(request.POST or None, address=link.address)
    if request.method == "POST" and form.is_valid():
        try:
            request_contacts.forward(asked, form.cleaned_data["email"], now=now, link=link)
            messages.success(
                request, _("Your colleague gets a link of their own. Yours still works.")
            )
            return redirect("connections:answer", token)
        except AlreadyDecided:
            form.add_error("email", _("This colleague was written to already, or enough were."))
    return render(
        request, "connections/contacts/forward.html", {"form": form, "token": token, "asked": asked}
    )


def _decided(token, decide):
    # The link's page says what became of the request, by this answer or by an earlier one.
    try:
        decide(timezone.now())
    except AlreadyDecided:
        return redirect("connections:answer", token)
    return _return_to_link("connections:answer", token)


def _return_to_link(view, token):
    # With `done` the page answers by 200, for it shows the contact's own answer.
    return redirect(f"{reverse(view, args=[token])}?done")


def _page(request, token, link, asked, form):
    now = timezone.now()
    context = {
        "token": token,
        "link": link,
        "asked": asked,
        "shown": asked.status_at(now),
        "form": form,
        "contact": asked.customer.contacts.filter(email=link.address).first(),
        "may_forward": bool(company_domain(link.address)) and not asked.supplier.is_suspended,
        "pause": settings.PORTAL_DAYS_AFTER_DECLINE,
        "is_reported": asked.reports.filter(
            kind=ReportKind.UNKNOWN_COMPANY, address=link.address
        ).exists(),
        "is_muted": Mute.objects.filter(address=link.address, supplier=asked.supplier).exists(),
    }
    if context["shown"] == RequestStatus.PENDING and link.condition(now) == "live":
        context["connected"] = asked.supplier.profiles.connected().count()
        return render(request, "connections/contacts/answer.html", context)
    return render(
        request, "connections/contacts/over.html", context, status=_http_status_of_over(request)
    )


def _http_status_of_over(request):
    return 200 if "done" in request.GET else 410


@require_http_methods(["GET", "HEAD", "POST"])
@by_link("not_us", REQUESTS)
def not_us(request, token, link, asked):
    now = timezone.now()
    if request.method == "POST" and link.condition(now) == "live":
        with transaction.atomic():
            Report.file(asked, ReportKind.NOT_US, link.address, now=now)
            link.use(now)
        return _return_to_link("connections:not_us", token)
    condition = link.condition(now)
    return render(
        request,
        "connections/contacts/not_us.html",
        {"asked": asked, "condition": condition},
        status=200 if condition == "live" else _http_status_of_over(request),
    )
