"""The kinds of news that the bell can tell: every app registers its own when it is loaded.

The words of a kind are templates/notifications/<name>.html.
"""

from collections.abc import Callable
from typing import Any, NamedTuple
from uuid import UUID

from django.urls import reverse


class UnknownKind(LookupError):
    """No app has registered a kind of news by this name."""


class Kind(NamedTuple):
    """A kind of news: its page, how it looks, and what the e-mail preferences call it."""

    name: str
    view: str
    icon: str
    label: str
    order: int
    whole_page: bool
    visible_to: Callable | None

    def address(self, object_id: UUID) -> str:
        return reverse(self.view, args=[] if self.whole_page else [object_id])


_kinds: dict[str, Kind] = {}


def register(
    name: str,
    *,
    view: str,
    icon: str,
    label: Any,  # translated lazily
    order: int,
    whole_page: bool = False,
    visible_to: Callable | None = None,
) -> None:
    """Add a kind of news; raises ValueError for a name that is taken.

    `order` is its place among the e-mail preferences, across apps. The page `view` takes the id of
    the object that the news is about, or no argument with `whole_page`. `visible_to(membership)`
    selects the objects that a member sees; without it all members see all of them.
    """
    if name in _kinds:
        raise ValueError(f"The kind of news {name!r} is registered already.")
    _kinds[name] = Kind(name, view, icon, label, order, whole_page, visible_to)


def get_kind(name: str) -> Kind:
    """Return the registered kind; raises UnknownKind."""
    try:
        return _kinds[name]
    except KeyError:
        raise UnknownKind(f"No app has registered the kind of news {name!r}.") from None


def all_kinds() -> list[Kind]:
    # As the e-mail preferences list them.
    return sorted(_kinds.values(), key=lambda kind: kind.order)
