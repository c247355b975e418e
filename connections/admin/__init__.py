"""The operator's pages of what brings suppliers and customers together."""

from connections.admin import batches, invitations, requests

__all__ = ["batches", "invitations", "requests"]
