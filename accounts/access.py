"""Permissions: the active supplier, the role that an action needs, rows of other suppliers."""

from collections.abc import Callable
from functools import wraps

from django.core.exceptions import PermissionDenied
from django.db.models import Model, QuerySet
from django.http import Http404, HttpRequest

from accounts.models import Membership, Role, Supplier

SESSION_KEY = "supplier"


class OtherSupplier(Http404):
    """The row belongs to another supplier of the person: a 404 that offers to switch."""

    def __init__(self, supplier):
        super().__init__()
        self.supplier = supplier


def role_required(role: Role) -> Callable:
    """Restrict a view to members with at least this role; others get 403."""

    def decorate(view):
        @wraps(view)
        def wrapper(request, *args, **kwargs):
            if not request.membership.may(role):
                raise PermissionDenied(role)
            return view(request, *args, **kwargs)

        return wrapper

    return decorate


def company_not_needed(view: Callable) -> Callable:
    """Open a view to accounts without a company, or without the second factor that it asks for.

    The mark stands above the view's other decorators: the middleware looks at the outermost
    function.
    """
    view.company_not_needed = True
    return view


def may_administer(request: HttpRequest) -> list[Membership]:
    """List the memberships in which the person may act as admin now.

    Those that lack a second factor that their company asks for are left out.
    """
    return [
        membership
        for membership in request.memberships
        if membership.is_admin
        and (membership.has_second_factor or not membership.supplier.requires_second_factor)
    ]


def get_own_or_404(request: HttpRequest, queryset: QuerySet, pk: object) -> Model:
    """Return the row with this key from `queryset`, which holds what the member may see.

    Raises OtherSupplier for a row of another supplier that the person works for, Http404 for any
    other row.
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
