"""Tags that bring the customers of members to the team's pages, which belong to the app below."""

from django import template
from django.db.models import Prefetch, prefetch_related_objects

from customers.forms import CustomersForm
from customers.members import profiles_shown_to

register = template.Library()


@register.simple_tag(takes_context=True)
def with_customers(context, members):
    """Pair each member with the customers that limit them, as far as the reader sees these."""
    members = list(members)
    shown = profiles_shown_to(context["request"].membership)
    prefetch_related_objects(members, Prefetch("profiles", shown))
    return [(member, [profile.customer for profile in member.profiles.all()]) for member in members]


@register.simple_tag(takes_context=True)
def customers_form_of(context, member):
    return CustomersForm(profiles_shown_to(context["request"].membership), member=member)
