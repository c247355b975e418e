"""The company's bank accounts.

Every change asks for the password again, and all admins get a mail about it.
"""

from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.access import get_own_or_404, role_required
from accounts.banks import KOREAN_BANKS
from accounts.forms import BankAccountForm, PasswordForm
from accounts.models import BankAccount, Role
from core.states import AlreadyDecided


@role_required(Role.ADMIN)
def bank_add(request):
    return _add(request, None)


@role_required(Role.ADMIN)
def bank_replace(request, pk):
    return _add(request, get_own_or_404(request, request.supplier.bank_accounts.current(), pk))


def _add(request, old):
    form = BankAccountForm(request.POST or None, user=request.user)
    if request.method == "POST" and form.is_valid():
        return _done(
            request,
            lambda now: BankAccount.add(
                request.supplier, form.account, actor=request.user, now=now, instead_of=old
            ),
        )
    return render(request, "accounts/bank.html", {"form": form, "old": old, "banks": KOREAN_BANKS})


@role_required(Role.ADMIN)
def bank_remove(request, pk):
    return _confirm(request, pk, "accounts/bank_remove.html", BankAccount.remove)


@role_required(Role.ADMIN)
def bank_main(request, pk):
    return _confirm(request, pk, "accounts/bank_main.html", BankAccount.make_main)


def _confirm(request, pk, template, change):
    account = get_own_or_404(request, request.supplier.bank_accounts.current(), pk)
    form = PasswordForm(request.POST or None, user=request.user)
    if request.method == "POST" and form.is_valid():
        return _done(request, lambda now: change(account, actor=request.user, now=now))
    return render(request, template, {"form": form, "account": account})


def _done(request, change):
    try:
        change(timezone.now())
        messages.success(
            request,
            _("Bank accounts are saved. All admins of your company get an e-mail about it."),
        )
    except AlreadyDecided:
        messages.info(request, _("Somebody else changed this account meanwhile. Look again."))
    return redirect("accounts:company")
