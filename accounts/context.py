"""What the top bar shows of the person."""


def person(request):
    """Unread notifications over all suppliers of the person, and the suppliers to switch between."""
    memberships = getattr(request, "memberships", [])
    return {"unread_count": sum(one.unread for one in memberships), "my_memberships": memberships}
