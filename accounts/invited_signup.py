"""Entering by an invitation: the invited address is fixed at sign-up, and the way leads back to the invitation.

The address in the session only locks a field of a form. It proves nothing: whoever signs up still types the code that is
mailed to the address.
"""

from urllib.parse import urlencode

from allauth.account.models import EmailAddress
from django.shortcuts import redirect
from django.urls import reverse

SESSION_KEY = "invited"


def enter(request, email, back, **said):
    """Off to sign-up or, when the form asks for it, log-in. `said`: what the sign-up page tells of the invitation."""
    request.session[SESSION_KEY] = {"email": email, "back": back} | said
    target = "account_login" if "login" in request.POST else "account_signup"
    return redirect(f"{reverse(target)}?{urlencode({'next': back})}")


def invited(request):
    """What enter() kept, for whoever is on the way to that same invitation; {} for anybody else."""
    kept = request.session.get(SESSION_KEY, {})
    wanted = request.POST.get("next") or request.GET.get("next")
    return kept if kept and wanted == kept["back"] else {}


def leave(request):
    """The invitation is behind the person."""
    request.session.pop(SESSION_KEY, None)


def has_address(user, address):
    """Whether the person has proved that the address is theirs."""
    return (
        user.is_authenticated
        and EmailAddress.objects.filter(user=user, email__iexact=address, verified=True).exists()
    )
