"""The conditional UPDATE behind every state machine, and the column that it changes."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class AlreadyDecided(Exception):
    """Somebody else, or an earlier click, has changed the row's status before."""


def transition(queryset: models.QuerySet, **changes) -> None:
    """Change the one row that still has the status which `queryset` asks for.

    AlreadyDecided when it no longer has.
    """
    if not queryset.update(**changes):
        raise AlreadyDecided


def status_field(words: type[models.TextChoices]) -> models.CharField:
    """Make the column of a state machine, which begins with the first of its `words`."""
    return models.CharField(
        _("status"), max_length=10, choices=words.choices, default=words.values[0]
    )
