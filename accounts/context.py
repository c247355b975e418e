"""What the top bar shows of the person, and sign-up of an invitation."""

from django.utils.functional import SimpleLazyObject

from accounts import invited_signup


def person(request):
    """Unread notifications over all suppliers of the person, the suppliers to switch between, the invitation they come by."""
    memberships = getattr(request, "memberships", [])
    return {
        "unread_count": sum(one.unread for one in memberships),
        "my_memberships": memberships,
        "invited": SimpleLazyObject(lambda: invited_signup.invited(request)),
    }
