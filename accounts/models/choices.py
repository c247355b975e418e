"""Choices that several models share; this module imports none of them."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Audience(models.TextChoices):
    """The people who may read an audit entry: a supplier's, a customer's, or only operators."""

    SUPPLIER = "supplier", _("supplier")
    CUSTOMER = "customer", _("customer")
    OPERATOR = "operator", _("operator")


class JoinStatus(models.TextChoices):
    PENDING = "pending", _("waiting")
    ACCEPTED = "accepted", _("accepted")
    DECLINED = "declined", _("declined")
    WITHDRAWN = "withdrawn", _("withdrawn")
