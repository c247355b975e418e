"""The kind of news about taking a company's data away."""

from django.utils.translation import gettext_lazy as _

from accounts.notifications import register


def register_kinds() -> None:
    register(
        "export_ready",
        view="leaving:export",
        icon="file",
        label=_("An export is ready"),
        order=400,
        whole_page=True,
    )
