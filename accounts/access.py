"""Who may do what: the active supplier, the role that an action needs, and whose things are whose."""

from functools import wraps

from django.core.exceptions import PermissionDenied
from django.http import Http404

from accounts.models import Supplier

SESSION_KEY = "supplier"


class OtherSupplier(Http404):
    """The thing belongs to another supplier of mine: a 404 that offers to switch."""

    def __init__(self, supplier):
        super().__init__()
        self.supplier = supplier


def role_required(role):
    """Let a view be used by members with at least this role; others get 403."""

    def decorate(view):
        @wraps(view)
        def wrapper(request, *args, **kwargs):
            if not request.membership.may(role):
                raise PermissionDenied(role)
            return view(request, *args, **kwargs)

        return wrapper

    return decorate


def may_administer(request):
    """The person's memberships as admin, those left out whose company asks for a second factor that they don't have."""
    admins = [membership for membership in request.memberships if membership.is_admin]
    return [
        one for one in admins if one.has_second_factor or not one.supplier.requires_second_factor
    ]


def get_own_or_404(request, queryset, pk):
    """The row of `queryset`, which holds only what this member sees; 404 for any other.

    Raises OtherSupplier when the row belongs to another supplier that the person works for.
    """
    row = queryset.filter(pk=pk).first()
    if row is not None:
        return row
    others = [
        membership.supplier_id
        for membership in request.memberships
        if membership != request.membership
    ]
    theirs = Supplier.objects.filter(
        pk__in=queryset.model.objects.filter(pk=pk, supplier__in=others).values("supplier")
    ).first()
    raise OtherSupplier(theirs) if theirs else Http404
