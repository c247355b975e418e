"""Filters for the pages of a profile, which belong to the app below."""

from django import template

register = template.Library()


@register.filter
def was_requested(profile):
    return profile.requests.exists()
