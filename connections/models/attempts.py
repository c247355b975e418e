"""Searches of the directory: the results and cost of each, and how many are left today."""

import uuid
from collections import Counter
from datetime import datetime, timedelta

from django.conf import settings
from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.domains import company_domain
from accounts.models import AuditEntry, Membership, Supplier, User
from core.models import DailyCount, today
from customers.models import Customer
from customers.search.find import find
from customers.search.names import same_words

# Spent in this order by every search: two that took them otherwise would wait for each other.
SCOPES = ("search:domain", "search:person", "search:supplier")


class NoneLeft(Exception):
    """Today's searches are used up in at least one scope."""


def keys_of(membership: Membership) -> dict[str, str]:
    """Return the scopes in which a member's search counts, each with its key."""
    user = membership.user
    # Free mail has no company domain, and an empty key counts for nobody.
    keys = (company_domain(user.email), user.counting_key, str(membership.supplier_id))
    return {scope: key for scope, key in zip(SCOPES, keys, strict=True) if key}


def left(membership: Membership, now: datetime) -> int:
    """Count the searches left today for a member: the smallest remainder of its scopes."""
    keys = keys_of(membership)
    # One query for all scopes. It may find the key of one scope in another; those don't count.
    used = DailyCount.objects.filter(
        day=today(now), scope__in=keys, key__in=keys.values()
    ).values_list("scope", "key", "used")
    most = max((count for scope, key, count in used if keys[scope] == key), default=0)
    return max(0, membership.supplier.search_limit - most)


class SearchAttemptQuerySet(models.QuerySet):
    def finding(self, customer: Customer, since: datetime):
        return self.filter(created_at__gte=since, results__contains=[str(customer.pk)])


class SearchAttempt(models.Model):
    """A search with its results.

    The row stays, so that reload and Back cost nothing, and the operator sees what people sought.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    supplier = models.ForeignKey(
        Supplier, models.PROTECT, related_name="attempts", verbose_name=_("supplier")
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="attempts", verbose_name=_("person")
    )
    words = models.CharField(_("words"), max_length=200)
    same_words = models.CharField(max_length=200, editable=False)
    results = models.JSONField(_("results"), default=list)
    cost = models.PositiveSmallIntegerField(_("cost"))
    keys = models.JSONField(default=dict, editable=False)
    day = models.DateField(_("day"))
    created_at = models.DateTimeField(_("when"), default=timezone.now)
    returned_at = models.DateTimeField(_("given back"), null=True, blank=True)
    returned_because = models.CharField(_("reason"), max_length=300, blank=True)

    objects = SearchAttemptQuerySet.as_manager()

    class Meta:
        verbose_name = _("search attempt")
        verbose_name_plural = _("search attempts")
        ordering = ["-created_at"]
        indexes = [models.Index(fields=["supplier", "-created_at"], name="attempts_of_a_supplier")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(cost__in=[0, 1]), name="an_attempt_costs_0_or_1"
            ),
            models.CheckConstraint(
                condition=models.Q(returned_at__isnull=True) | ~models.Q(returned_because=""),
                name="giving_back_has_a_reason",
            ),
        ]

    def __str__(self):
        return self.words

    @classmethod
    def make(cls, membership: Membership, words: str, *, now: datetime) -> "SearchAttempt":
        """Search for `words`, at the cost of one of today's searches; returns the attempt.

        The same words within PORTAL_REPEAT_MINUTES of a paid search of the supplier cost nothing
        and show what was found then. Raises NoneLeft, with nothing spent, when a scope has none
        left. An error rolls everything back.
        """
        attempt = cls(
            supplier=membership.supplier,
            user=membership.user,
            words=words,
            same_words=same_words(words)[:200],
            keys=keys_of(membership),
            day=today(now),
            created_at=now,
        )
        with transaction.atomic():
            attempt._spend_and_search()
            attempt.save(force_insert=True)
        return attempt

    def _spend_and_search(self):
        # Spent before looking for the same words: the counter's row makes a second click wait for
        # the first, whose attempt it then finds.
        before = transaction.savepoint()
        paid = all(
            DailyCount.objects.spend(scope, key, self.day, self.supplier.search_limit)
            for scope, key in self.keys.items()
        )
        earlier = self._just_asked()
        if earlier or not paid:
            transaction.savepoint_rollback(before)
        if earlier:
            self.cost, self.results = 0, earlier.results
        elif not paid:
            raise NoneLeft
        else:
            found = find(self.words, settings.PORTAL_SEARCH_RESULTS)
            self.cost, self.results = 1, [str(customer.pk) for customer in found]

    def _just_asked(self):
        since = self.created_at - timedelta(minutes=settings.PORTAL_REPEAT_MINUTES)
        paid = self.supplier.attempts.filter(cost=1, created_at__gte=since)
        return paid.filter(same_words=self.same_words).first()

    def customers(self) -> list[Customer]:
        """Load the customers found, the best first; those no longer listed are left out."""
        listed = Customer.objects.listed().filter(pk__in=self.results)
        found = {str(customer.pk): customer for customer in listed}
        return [found[pk] for pk in self.results if pk in found]

    @classmethod
    def give_back(cls, supplier: Supplier, reason: str, *, now: datetime, actor: User) -> int:
        """Give a supplier's searches of today back, each once; returns how many.

        Each count falls by what they took.
        """
        with transaction.atomic():
            # Locked, so that two operators don't both lower the counts for the same attempts.
            spent = supplier.attempts.filter(day=today(now), cost=1, returned_at=None)
            attempts = list(spent.select_for_update().order_by("pk"))
            taken = Counter(pair for attempt in attempts for pair in attempt.keys.items())
            for (scope, key), amount in sorted(taken.items()):  # in the order of SCOPES
                DailyCount.objects.give_back(scope, key, today(now), amount)
            cls.objects.filter(pk__in=[attempt.pk for attempt in attempts]).update(
                returned_at=now, returned_because=reason
            )
            AuditEntry.objects.record(
                "searches_given_back",
                about=supplier,
                at=now,
                supplier=supplier,
                actor=actor,
                reason=reason,
                number=len(attempts),
            )
        return len(attempts)
