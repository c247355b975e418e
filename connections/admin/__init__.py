"""The operator's pages of what brings suppliers and customers together."""

from connections.admin import invitations, requests

__all__ = ["invitations", "requests"]
