"""The files that answer questions; telling of files that run out, finding those nobody needs."""

from datetime import date, datetime

from django.conf import settings
from django.db import models, transaction
from django.db.models import Exists, OuterRef
from django.db.models.functions import Cast
from django.utils.translation import gettext_lazy as _

from accounts.models import tell_of_expiry
from core.models.files import StoredFile
from customers.models.answers import StepAnswer, Submission
from customers.models.profiles import CustomerProfile, Stage
from customers.models.steps import control_of


class UploadQuerySet(models.QuerySet):
    def running_out(self, until: date) -> "UploadQuerySet":
        connected = self.filter(profile__stage=Stage.CONNECTED)
        return connected.filter(expires_on__lte=until, told_of_expiry=False)

    def unnamed(self) -> "UploadQuerySet":
        """Return files that neither a draft nor a submission of their profile names."""
        # The id is looked for in the whole text: a file counts as named wherever it stands, also in
        # an answer to a question that is gone or has changed its kind.
        upload = Cast(OuterRef("pk"), models.TextField())
        drafts = StepAnswer.objects.filter(profile=OuterRef("profile"))
        drafts = drafts.annotate(text=Cast("draft", models.TextField()))
        versions = Submission.objects.filter(answer__profile=OuterRef("profile"))
        versions = versions.annotate(text=Cast("answers", models.TextField()))
        return self.exclude(Exists(drafts.filter(text__contains=upload))).exclude(
            Exists(versions.filter(text__contains=upload))
        )


class Upload(StoredFile):
    """A file that answers a question of one connection, so that no other customer sees it."""

    profile = models.ForeignKey(
        CustomerProfile, models.PROTECT, related_name="uploads", verbose_name=_("profile")
    )
    question = models.UUIDField(editable=False)
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("uploaded by")
    )
    told_of_expiry = models.BooleanField(default=False, editable=False)

    objects = UploadQuerySet.as_manager()

    class Meta:
        verbose_name = _("file")
        verbose_name_plural = _("files")

    def valid_until(self, day: date) -> None:
        """Set the day until which the file is valid; people are told of another day anew."""
        changed = Upload.objects.filter(pk=self.pk).exclude(expires_on=day)
        changed.update(expires_on=day, told_of_expiry=False)

    def tell_of_expiry(self, *, now: datetime) -> None:
        """Tell the connection's people, once, that the file runs out, unless it was replaced."""
        named = {control_of(self.question): str(self.pk)}
        current = StepAnswer.objects.filter(profile=self.profile, draft__contains=named)
        with transaction.atomic():
            # The conditional UPDATE: of two workers at once only one tells.
            untold = Upload.objects.filter(pk=self.pk, told_of_expiry=False)
            if untold.update(told_of_expiry=True) and current.exists():
                tell_of_expiry(
                    "file_expires",
                    self,
                    self.profile.people(),
                    now,
                    about=self.profile,
                    customer=self.profile.customer.name,
                )
