"""What the page of people without a company shows of customers; it stands below this app."""

from django.utils import timezone
from django.utils.functional import SimpleLazyObject

from connections import onboarding


def invitations(request):
    """The open invitations to addresses that the person has proved to be theirs, asked for where a page names them."""
    return {
        "waiting_invitations": SimpleLazyObject(
            lambda: onboarding.waiting_for(request.user, timezone.now())
        )
    }
