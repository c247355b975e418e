"""Words that several of the models choose from; this module stands under all of them."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Audience(models.TextChoices):
    """Who may read an audit entry; operators read all."""

    SUPPLIER = "supplier", _("supplier")
    OPERATOR = "operator", _("operator")


class JoinStatus(models.TextChoices):
    PENDING = "pending", _("waiting")
    ACCEPTED = "accepted", _("accepted")
    DECLINED = "declined", _("declined")
    WITHDRAWN = "withdrawn", _("withdrawn")
