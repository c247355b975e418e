"""What every template may say about the site."""

from django.conf import settings


def site(request):
    """Name of the portal, who runs it and how to reach them."""
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
