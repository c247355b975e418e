"""What the top bar shows of the person, and what sign-up shows of an invitation."""

from django.utils.functional import SimpleLazyObject

from accounts import invited_signup


def person(request):
    """Add unread notifications over all suppliers of the person, the suppliers to switch to, the invitation."""
    memberships = getattr(request, "memberships", [])
    return {
        "unread_count": sum(membership.unread for membership in memberships),
        "my_memberships": memberships,
        "invited": SimpleLazyObject(lambda: invited_signup.invited(request)),
    }
