"""The two pages of the entrance that differ from django-allauth's."""

from allauth.account import views
from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.email_verification_by_code import (
    EMAIL_VERIFICATION_CODE_SESSION_KEY,
)
from django.contrib.auth.decorators import login_not_required
from django.db import transaction
from django.shortcuts import redirect

from accounts.models import User


def email(request):
    # Instead of allauth's page of addresses: ours confirms a change at the old and the new address.
    return redirect("accounts:email_change")


@login_not_required
def email_verification_sent(request):
    response = views.email_verification_sent(request)
    process = request.session.get(EMAIL_VERIFICATION_CODE_SESSION_KEY)
    resent = request.POST.get("action") == "resend" and response.status_code == 302
    # An address with an account gets no code. The work is done all the same, so that the time tells
    # nothing.
    if resent and process and "user_id" not in process:
        _rehearse_mail(process["email"])
    return response


def _rehearse_mail(email):
    adapter = get_adapter()
    with transaction.atomic():
        context = {"user": User(email=email), "code": adapter.generate_email_verification_code()}
        adapter.send_mail("account/email/email_confirmation_signup", email, context)
        transaction.set_rollback(True)
