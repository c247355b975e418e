"""Variables of every page: the person's news and companies, and the invitation they come by."""

from django.utils.functional import SimpleLazyObject

from accounts import invited_signup


def person(request):
    memberships = getattr(request, "memberships", [])
    return {
        # Over all suppliers of the person, not only the active one.
        "unread_count": sum(membership.unread for membership in memberships),
        "my_memberships": memberships,
        "invited": SimpleLazyObject(lambda: invited_signup.invited(request)),
    }
