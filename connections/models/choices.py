"""Choices of several models; this module imports none of them."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class RequestStatus(models.TextChoices):
    PENDING = "pending", _("Waiting")
    ACCEPTED = "accepted", _("Connected")
    DECLINED = "declined", _("Declined")
    EXPIRED = "expired", _("Expired")
    WITHDRAWN = "withdrawn", _("Withdrawn")


class Reason(models.TextChoices):
    """A contact's reason to decline; suppliers read the comment, not this."""

    NOT_A_SUPPLIER = "not_a_supplier", _("We don’t buy from them")
    WRONG_PERSON = "wrong_person", _("I’m not the right person")
    OTHER_CHANNEL = "other_channel", _("We work with them another way")
    OTHER = "other", _("Another reason")


class Origin(models.TextChoices):
    """The place where a request started."""

    ATTEMPT = "attempt", _("search")
    SUGGESTION = "suggestion", _("suggestion")
    REQUEST = "request", _("earlier request")


class InvitationStatus(models.TextChoices):
    PENDING = "pending", _("open")
    ACCEPTED = "accepted", _("accepted")
    EXPIRED = "expired", _("expired")
    REVOKED = "revoked", _("revoked")
