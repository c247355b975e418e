"""The conditional UPDATE behind every state machine, and the column that it changes."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class AlreadyDecided(Exception):
    """Another person, or an earlier click, has changed the row's status before."""


def transition(queryset: models.QuerySet, **changes) -> None:
    """Change the row that still has the status which `queryset` asks for.

    Raises AlreadyDecided when the row has another status by now.
    """
    if not queryset.update(**changes):
        raise AlreadyDecided


def status_field(words: type[models.TextChoices]) -> models.CharField:
    """Make the column of a state machine, which begins with the first of its `words`."""
    return models.CharField(
        _("status"), max_length=10, choices=words.choices, default=words.values[0]
    )
