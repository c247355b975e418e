from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils import translation
from django.utils.translation import gettext as _

from accounts.forms import AccountForm


def account(request):
    form = AccountForm(request.POST or None, instance=request.user)
    if request.method == "POST" and form.is_valid():
        request.user.save(update_fields=form.changed_data)
        with translation.override(request.user.language or translation.get_language()):
            messages.success(request, _("Your settings are saved."))
        return redirect("accounts:account")
    return render(request, "accounts/account.html", {"form": form})
