"""Who may do what: the active supplier, the role that an action needs, and whose things are whose."""

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
    """Let a view be used by members with at least this role; others get 403."""

    def decorate(view):
        @wraps(view)
        def wrapper(request, *args, **kwargs):
            if not request.membership.may(role):
                raise PermissionDenied(role)
            return view(request, *args, **kwargs)

        return wrapper

    return decorate


def company_not_needed(view: Callable) -> Callable:
    """Mark a view for every account: also without a company, or without the second factor that the company asks for.

    It stands above the view's other decorators: the middleware reads the mark of what the address calls.
    """
    view.company_not_needed = True
    return view


def may_administer(request: HttpRequest) -> list[Membership]:
    """Return the person's memberships as admin, without those that lack a second factor that the company asks for."""
    return [
        membership
        for membership in request.memberships
        if membership.is_admin
        and (membership.has_second_factor or not membership.supplier.requires_second_factor)
    ]


def get_own_or_404(request: HttpRequest, queryset: QuerySet, pk: object) -> Model:
    """Return the row of `queryset`, which holds only what this member sees; raises Http404 for any other row.

    Raises OtherSupplier for a row of another supplier that the person works for.
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
