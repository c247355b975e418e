"""The conditional UPDATE behind every state machine."""


class AlreadyDecided(Exception):
    """Somebody else, or an earlier click, has changed the row's state before."""


def transition(queryset, **changes):
    """Change the one row that is still in the state which `queryset` asks for; AlreadyDecided when it no longer is."""
    if not queryset.update(**changes):
        raise AlreadyDecided
