"""The kinds of news about a company's people and papers."""

from django.utils.translation import gettext_lazy as _

from accounts.notifications import register

TEAM = [
    ("join_asked", _("Somebody asks to join the team")),
    ("member_joined", _("Somebody joins the team")),
    ("role_changed", _("My role changes")),
]


def register_kinds() -> None:
    register(
        "document_expires",
        view="accounts:company",
        icon="clock",
        label=_("A company document runs out"),
        order=300,
        whole_page=True,
    )
    for order, (name, label) in enumerate(TEAM, 500):
        register(
            name, view="accounts:team", icon="users", label=label, order=order, whole_page=True
        )
