"""The address of the portal's stylesheet."""

from django import template
from django.urls import reverse

from portal.stylesheet import version

register = template.Library()


@register.simple_tag
def stylesheet_url():
    return reverse("stylesheet", args=[version()])
