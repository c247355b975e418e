"""Filters for the pages of a profile, which belong to the app below: its requests."""

from django import template

register = template.Library()


@register.filter
def was_requested(profile):
    """Whether the supplier of the profile has ever asked its customer to connect."""
    return profile.requests.exists()
