"""Context of every template: the site."""

from django.conf import settings


def site(request):
    names = (
        "PORTAL_NAME",
        "OPERATOR_NAME",
        "OPERATOR_ADDRESS",
        "SUPPORT_EMAIL",
        "PRIVACY_OFFICER",
        "PUBLIC_HOST",
        "PORTAL_UPLOAD_MB",
    )
    return {name: getattr(settings, name) for name in names}
