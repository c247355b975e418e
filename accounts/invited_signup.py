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
    """Redirect to sign-up or, when the form asks for it, log-in, and from there to the path `back`.

    `invitation` is what the sign-up page tells of it.
    """
    request.session[SESSION_KEY] = {"email": email, "back": back} | invitation
    target = "account_login" if "login" in request.POST else "account_signup"
    return redirect(f"{reverse(target)}?{urlencode({'next': back})}")


def invited(request: HttpRequest) -> dict:
    """Return what enter() kept, while the person is on the way to that same invitation; otherwise {}."""
    kept = request.session.get(SESSION_KEY, {})
    wanted = request.POST.get("next") or request.GET.get("next")
    return kept if kept and wanted == kept["back"] else {}


def leave(request: HttpRequest) -> None:
    """Forget the invitation: it is behind the person."""
    request.session.pop(SESSION_KEY, None)


def has_address(user: User | AnonymousUser, address: str) -> bool:
    """Whether the person has proved that the address is theirs."""
    return (
        user.is_authenticated
        and EmailAddress.objects.filter(user=user, email__iexact=address, verified=True).exists()
    )
