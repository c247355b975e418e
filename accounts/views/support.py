"""Questions to the operator: kept and mailed, with the page that the person came from."""

from urllib.parse import urlsplit

from django.contrib.auth.decorators import login_not_required
from django.shortcuts import redirect, render

from accounts.forms import SupportForm, own_path
from core import limits

STRANGERS, PEOPLE = 5, 30  # questions an hour from a client or mail address, from a person


@login_not_required
def support(request):
    form = SupportForm(
        request.POST or None, user=request.user, initial={"page": _came_from(request)}
    )
    status = 200
    if request.method == "POST" and form.is_valid():
        if _allowed(request, form):
            _question(request, form).send()
            return redirect("accounts:support_sent")
        form.add_error(None, limits.wait(limits.AN_HOUR))
        status = 429
    return render(request, "accounts/support.html", {"form": form}, status=status)


def _allowed(request, form):
    if request.user.is_authenticated:
        return limits.allowed("support", request.user.pk, PEOPLE, limits.AN_HOUR)
    return limits.allowed_for_client("support", request, STRANGERS, limits.AN_HOUR) and (
        limits.allowed("support:address", form.cleaned_data["email"], STRANGERS, limits.AN_HOUR)
    )


def _question(request, form):
    question = form.save(commit=False)
    if request.user.is_authenticated:
        question.user, question.supplier = request.user, request.supplier
        question.email = request.user.email
    return question


@login_not_required
def support_sent(request):
    return render(request, "accounts/support_sent.html")


def _came_from(request):
    came_from = urlsplit(request.META.get("HTTP_REFERER", ""))
    is_ours = came_from.netloc == request.get_host()
    return own_path(came_from.path if is_ours else request.GET.get("from", ""))
