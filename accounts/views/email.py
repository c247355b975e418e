"""Changing the address that a person signs in with; both addresses confirm it."""

from allauth.account.decorators import reauthentication_required
from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.access import company_not_needed
from accounts.forms import EmailCodesForm, EmailForm
from accounts.models import EmailChange
from core import limits

CHANGES_AN_HOUR = 5


@company_not_needed
@reauthentication_required
def email_change(request):
    form = EmailForm(request.POST or None, user=request.user)
    if request.method == "POST" and form.is_valid():
        if limits.allowed("email-change", request.user.pk, CHANGES_AN_HOUR, limits.AN_HOUR):
            EmailChange.begin(request.user, form.cleaned_data["email"], now=timezone.now())
            return redirect("accounts:email_confirm")
        form.add_error(None, limits.wait(limits.AN_HOUR))
    return render(request, "accounts/email_change.html", {"form": form})


@company_not_needed
@reauthentication_required(allow_get=True)
def email_confirm(request):
    now = timezone.now()
    change = EmailChange.objects.filter(user=request.user).first()
    if change is None or change.is_over(now):
        return redirect("accounts:email_change")
    form = EmailCodesForm(request.POST or None, change=change)
    if request.method == "POST" and form.is_valid():
        right = change.confirm(
            form.cleaned_data.get("old", ""), form.cleaned_data.get("new", ""), now=now
        )
        if all(right.values()):
            messages.success(
                request, _("From now on you sign in with %(email)s.") % {"email": change.email}
            )
            return redirect("accounts:account")
        change.refresh_from_db()
        form = EmailCodesForm(request.POST, change=change, right=right)
    return render(request, "accounts/email_confirm.html", {"form": form, "change": change})
