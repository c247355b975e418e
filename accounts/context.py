"""What the top bar shows of the person."""

MOST = 100  # more are counted as 99+


def person(request):
    """Unread notifications over all suppliers of the person (at most MOST), and the suppliers to switch between."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return {}
    memberships = getattr(request, "memberships", [])
    suppliers = [membership.supplier_id for membership in memberships]
    unread = user.notifications.unread().filter(supplier__in=suppliers)[:MOST].count() if suppliers else 0
    return {"unread_count": unread, "my_memberships": memberships}
