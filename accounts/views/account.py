from contextlib import suppress

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.shortcuts import redirect, render
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from accounts import account_closing
from accounts.access import company_not_needed
from accounts.forms import AccountForm, PasswordForm
from accounts.models import LastAdmin, User
from core.states import AlreadyDecided


@company_not_needed
def account(request):
    # A copy, so that the page's head keeps the saved name.
    user = User.objects.get(pk=request.user.pk)
    form = AccountForm(request.POST or None, instance=user)
    if request.method == "POST" and form.is_valid():
        user.save(update_fields=form.changed_data)
        with translation.override(user.language or translation.get_language()):
            messages.success(request, _("Your settings are saved."))
        return redirect("accounts:account")
    return render(request, "accounts/account.html", {"form": form})


@company_not_needed
def second_factor(request):
    if (
        not (request.supplier and request.supplier.requires_second_factor)
        or request.membership.has_second_factor
    ):
        return redirect("home")
    return render(request, "accounts/second_factor.html")


@company_not_needed
def account_close(request):
    form = PasswordForm(request.POST or None, user=request.user)
    form.fields["password"].help_text = _("We ask again, because this closes your account.")
    if request.method == "POST" and form.is_valid():
        try:
            with suppress(AlreadyDecided):  # a second click
                account_closing.close_account(request.user, now=timezone.now())
        except LastAdmin:
            form.add_error(
                None, _("Your company needs an admin. Make somebody else an admin first.")
            )
        else:
            account_closing.end_sessions(request.user)
            logout(request)
            return redirect("account_login")
    context = {
        "form": form,
        "alone": _suppliers_without_others(request),
        "days": settings.PORTAL_CLOSING_DAYS,
    }
    return render(request, "accounts/account_close.html", context)


def _suppliers_without_others(request):
    suppliers = [membership.supplier for membership in request.memberships]
    return [supplier for supplier in suppliers if supplier.memberships.active().count() == 1]
