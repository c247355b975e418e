"""Names that look like a supplier's name, for the operator.

Apps above register functions that look among names of their own.
"""

from collections.abc import Callable, Iterable

from accounts.models import Supplier
from accounts.names import skeleton

_finders: list[Callable[[str], Iterable[str]]] = []


def register(find: Callable[[str], Iterable[str]]) -> Callable[[str], Iterable[str]]:
    """Have names_like() call this function too; usable as a decorator.

    The function takes a supplier's name, and returns names that look like it.
    """
    _finders.append(find)
    return find


def names_like(supplier: Supplier) -> list[str]:
    """List names that look like the supplier's.

    First other suppliers', then what the registered functions find.
    """
    others = Supplier.objects.exclude(pk=supplier.pk).values_list("name", flat=True)
    looks = skeleton(supplier.name)
    same = [name for name in others.iterator() if skeleton(name) == looks]
    return same + [name for find in _finders for name in find(supplier.name)]
