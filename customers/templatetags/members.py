"""Tags for the pages of a team, which belong to the app below: the customers of its members."""

from django import template
from django.db.models import Prefetch, prefetch_related_objects

from customers.forms import CustomersForm
from customers.members import profiles_shown_to

register = template.Library()


@register.simple_tag(takes_context=True)
def with_customers(context, members):
    """Return pairs of a member and the customers that they are limited to, as far as the reader sees them."""
    members = list(members)
    shown = profiles_shown_to(context["request"].membership)
    prefetch_related_objects(members, Prefetch("profiles", shown))
    return [(member, [profile.customer for profile in member.profiles.all()]) for member in members]


@register.simple_tag(takes_context=True)
def customers_form_of(context, member):
    """Return the unbound form of the customers that a member works on."""
    return CustomersForm(profiles_shown_to(context["request"].membership), member=member)
