"""Setup > Admin > a member: the customers that the member works on."""

from django.contrib import messages
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.access import role_required
from accounts.models import Role
from accounts.views.members import get_member_or_404, member_page
from customers.forms import CustomersForm
from customers.members import limit_to, profiles_shown_to


@role_required(Role.ADMIN)
@require_POST
def member_customers(request, key):
    member = get_member_or_404(request, key)
    form = CustomersForm(profiles_shown_to(request.membership), request.POST, member=member)
    if not form.is_valid():
        return member_page(request, member, customers_form=form)
    limit_to(member, form.chosen, now=timezone.now(), actor=request.user)
    messages.success(request, _("%(name)s: the customers are saved.") % {"name": member.user})
    return redirect("accounts:team")
