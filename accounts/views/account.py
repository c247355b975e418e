from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils import translation
from django.utils.translation import gettext as _

from accounts.forms import AccountForm
from accounts.models import User


def account(request):
    user = User.objects.get(pk=request.user.pk)  # a copy, so that the page's head keeps the saved name
    form = AccountForm(request.POST or None, instance=user)
    if request.method == "POST" and form.is_valid():
        user.save(update_fields=form.changed_data)
        with translation.override(user.language or translation.get_language()):
            messages.success(request, _("Your settings are saved."))
        return redirect("accounts:account")
    return render(request, "accounts/account.html", {"form": form})


def second_factor(request):
    """The page of a member whose company asks for a second factor that they don't have yet."""
    if not (request.supplier and request.supplier.requires_second_factor) or request.membership.has_second_factor:
        return redirect("home")
    return render(request, "accounts/second_factor.html")
