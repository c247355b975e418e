"""The invitations on the page of people without a company, whose own app stands below this one."""

from django.utils import timezone
from django.utils.functional import SimpleLazyObject

from connections import onboarding


def invitations(request):
    """Give templates the waiting invitations to the person.

    The query runs only where a page names them.
    """
    return {
        "waiting_invitations": SimpleLazyObject(
            lambda: onboarding.waiting_for(request.user, timezone.now())
        )
    }
