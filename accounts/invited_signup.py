"""Entering by an invitation: sign-up with the invited address, and the way back to the invitation.

The address in the session only locks a field of a form. It proves nothing: to sign up, a person
still types the code that is mailed to the address.
"""

from urllib.parse import urlencode

from allauth.account.models import EmailAddress
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from accounts.models import User

SESSION_KEY = "invited"


def enter(request: HttpRequest, email: str, back: str, **invitation) -> HttpResponse:
    """Redirect to sign-up, or to log-in when the form asks for it, and from there to `back`.

    `invitation` is what the sign-up page tells about the invitation.
    """
    request.session[SESSION_KEY] = {"email": email, "back": back} | invitation
    target = "account_login" if "login" in request.POST else "account_signup"
    return redirect(f"{reverse(target)}?{urlencode({'next': back})}")


def invited(request: HttpRequest) -> dict:
    """Return what enter() kept, while the person is on the way to that invitation; otherwise {}."""
    kept = request.session.get(SESSION_KEY, {})
    wanted = request.POST.get("next") or request.GET.get("next")
    return kept if kept and wanted == kept["back"] else {}


def forget_invitation(request: HttpRequest) -> None:
    request.session.pop(SESSION_KEY, None)


def has_address(user: User | AnonymousUser, address: str) -> bool:
    """Say whether the person has proved that the address is theirs."""
    return (
        user.is_authenticated
        and EmailAddress.objects.filter(user=user, email__iexact=address, verified=True).exists()
    )
