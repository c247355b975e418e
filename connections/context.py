"""The invitations on the page of people without a company, whose own app stands below this one."""

from django.utils import timezone
from django.utils.functional import SimpleLazyObject

from connections import onboarding


def invitations(request):
    # Lazy: the query runs only on the pages that name the invitations.
    return {
        "waiting_invitations": SimpleLazyObject(
            lambda: onboarding.waiting_for(request.user, timezone.now())
        )
    }
