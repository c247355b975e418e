"""Setup > Connection Requests: the table with suggestions, asking a customer, withdrawing."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.db import transaction
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.access import OtherSupplier, get_own_or_404, role_required
from accounts.models import AuditEntry, Role
from connections import origins
from connections.forms import RequestForm
from connections.models import (
    CannotRequest,
    ConnectionRequest,
    Dismissal,
    RequestStatus,
    request_sending,
)
from connections.standing import Standing
from connections.suggestions import suggest, suggested
from connections.views.search import allowance
from core import captcha, limits
from core.states import AlreadyDecided
from customers.models import Customer, CustomerProfile

A_PAGE = 25
CODES_AN_HOUR = 5


def requests(request):
    now = timezone.now()
    own_requests = ConnectionRequest.objects.visible_to(request.membership).with_history()
    page = Paginator(own_requests, A_PAGE).get_page(request.GET.get("page"))
    page.object_list = [Standing.of(asked, now) for asked in page]
    context = {
        "page": page,
        "suggestions": suggest(request.membership, now) if page.number == 1 else [],
    }
    return render(request, "connections/requests/requests.html", context | allowance(request))


def request(request, pk):
    asked = get_own_or_404(
        request, ConnectionRequest.objects.visible_to(request.membership).with_history(), pk
    )
    entries = AuditEntry.objects.about(asked).for_supplier(request.supplier).select_related("actor")
    context = {
        "asked": asked,
        "standing": Standing.of(asked, timezone.now()),
        "timeline": entries.order_by("at", "pk"),
    }
    return render(request, "connections/requests/request.html", context)


@role_required(Role.MEMBER)
@captcha.csp
def request_new(request, pk):
    now = timezone.now()
    customer = get_object_or_404(Customer.objects.listed(), pk=pk)
    start = _start_or_404(request, customer, now)
    profile = CustomerProfile.objects.filter(supplier=request.supplier, customer=customer).first()
    form = RequestForm(
        request.POST or None, request=request, contact_is_optional=start.contact_is_optional
    )
    context = {"customer": customer, "form": form}
    try:
        request_sending.check_may_ask(
            profile or CustomerProfile(supplier=request.supplier, customer=customer), now
        )
        if request.method == "POST" and form.is_valid():
            request_sending.send(
                request.membership,
                customer,
                contact=form.cleaned_data["contact"],
                message=form.cleaned_data["message"],
                origin=start.origin,
                origin_id=start.origin_id,
                now=now,
            )
            messages.success(
                request,
                _("Your request to %(customer)s was sent. We e-mail you when they answer.")
                % {"customer": customer},
            )
            return redirect("connections:requests")
    except CannotRequest as refusal:
        context["refusal"] = refusal
        if request.method != "POST":
            return render(request, "connections/requests/refused.html", context)
    return render(request, "connections/requests/request_new.html", context | allowance(request))


def _start_or_404(request, customer, now):
    if start := origins.find(request.membership, customer, now):
        return start
    # What leads to the customer at another supplier of the person: the page offers to switch.
    for other in request.memberships:
        if other != request.membership and other.may_act and origins.find(other, customer, now):
            raise OtherSupplier(other.supplier)
    raise Http404


@role_required(Role.MEMBER)
@require_POST
def captcha_code(request, pk):
    # In place of the captcha; the page keeps what the person typed.
    customer = get_object_or_404(Customer.objects.listed(), pk=pk)
    start = _start_or_404(request, customer, timezone.now())
    if not limits.allowed("captcha-code", request.user.pk, CODES_AN_HOUR, limits.AN_HOUR):
        return limits.too_many(request, limits.AN_HOUR)
    captcha.issue_code(request.user, "request", now=timezone.now())
    messages.info(
        request, _("We sent a code to %(email)s. Type it below.") % {"email": request.user.email}
    )
    form = RequestForm(
        initial=request.POST.dict(),
        request=request,
        contact_is_optional=start.contact_is_optional,
        code_sent=True,
    )
    return render(
        request,
        "connections/requests/request_new.html",
        {"customer": customer, "form": form} | allowance(request),
    )


@role_required(Role.MEMBER)
@require_POST
def request_withdraw(request, pk):
    asked = get_own_or_404(
        request,
        ConnectionRequest.objects.visible_to(request.membership).select_related("customer"),
        pk,
    )
    try:
        asked.withdraw(now=timezone.now(), actor=request.user)
        messages.success(
            request, _("Request to %(customer)s withdrawn.") % {"customer": asked.customer}
        )
    except AlreadyDecided:
        asked.refresh_from_db(fields=["status", "expires_at"])
        shown = asked.status_at(timezone.now())
        messages.info(
            request,
            _("The request is no longer waiting: %(status)s.")
            % {"status": RequestStatus(shown).label},
        )
    return redirect("connections:requests")


@role_required(Role.MEMBER)
@require_POST
def dismiss(request, pk):
    customer = get_object_or_404(Customer, pk=pk)
    if not suggested(request.membership, customer, timezone.now()):
        raise Http404
    with transaction.atomic():
        Dismissal.objects.get_or_create(
            supplier=request.supplier, customer=customer, defaults={"user": request.user}
        )
    messages.success(request, _("The suggestion will not be shown again."))
    return redirect("connections:requests")
