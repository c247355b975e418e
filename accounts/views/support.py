"""Contact support: kept, mailed, with the page that the person came from."""

from urllib.parse import urlsplit

from django.contrib.auth.decorators import login_not_required
from django.shortcuts import redirect, render

from accounts.forms import SupportForm
from portal import limits

A_HOUR = 5


@login_not_required
def support(request):
    form = SupportForm(request.POST or None, user=request.user)
    page = request.POST.get("page", "") if request.method == "POST" else _came_from(request)
    if request.method == "POST" and form.is_valid():
        if not limits.allowed("support", limits.client_ip(request), A_HOUR, 3600):
            context = {"minutes": limits.resets_in(3600) // 60 + 1}
            return render(request, "429.html", context, status=429)
        question = form.save(commit=False)
        question.page = page.replace("\x00", "")[:300]
        if request.user.is_authenticated:
            question.user, question.supplier, question.email = (
                request.user,
                request.supplier,
                request.user.email,
            )
        question.send()
        return redirect("accounts:support_sent")
    return render(request, "accounts/support.html", {"form": form, "page": page})


@login_not_required
def support_sent(request):
    return render(request, "accounts/support_sent.html")


def _came_from(request):
    """The path of our own page that led here, '' for any other; tokens of signed links stay out."""
    came_from = urlsplit(request.META.get("HTTP_REFERER", ""))
    own = came_from.netloc == request.get_host() and not came_from.path.startswith(("/r/", "/n/", "/i/", "/v/"))
    return came_from.path if own else request.GET.get("from", "")[:300]
