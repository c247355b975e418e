"""Questions to the operator: kept and mailed, with the page that the person came from."""

from urllib.parse import urlsplit

from django.contrib.auth.decorators import login_not_required
from django.shortcuts import redirect, render

from accounts.forms import SupportForm, own_path
from core import limits

# questions an hour: from one address on the net, which an office shares, and from one person
STRANGERS, PEOPLE = 5, 30


@login_not_required
def support(request):
    form = SupportForm(
        request.POST or None, user=request.user, initial={"page": _came_from(request)}
    )
    status = 200
    if request.method == "POST" and form.is_valid():
        if _allowed(request):
            _question(request, form).send()
            return redirect("accounts:support_sent")
        form.add_error(None, limits.wait(limits.AN_HOUR))
        status = 429
    return render(request, "accounts/support.html", {"form": form}, status=status)


def _allowed(request):
    if request.user.is_authenticated:
        return limits.allowed("support", request.user.pk, PEOPLE, limits.AN_HOUR)
    return limits.allowed("support", limits.client_ip(request), STRANGERS, limits.AN_HOUR)


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
    """The path of our own page that led here; '' for a foreign page, and for one behind a signed link's token."""
    came_from = urlsplit(request.META.get("HTTP_REFERER", ""))
    return own_path(
        came_from.path if came_from.netloc == request.get_host() else request.GET.get("from", "")
    )
