"""The bulk way into the directory: the rows of a table, all or nothing."""

import re
from collections.abc import Iterable
from typing import BinaryIO

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_countries import countries

from accounts.domains import is_free_mail, registrable
from accounts.names import validate_name
from core import tables
from core.languages import language_code
from core.tables import TableRefused
from customers import columns
from customers.models import Customer, CustomerDomain, CustomerName
from customers.search.index import index

COLUMNS = [column.name for column in columns.CUSTOMERS]
REPLACED = ("name", "country", "external_number", "city", "website", "language")  # by filled cells
FLAGS = ("is_listed", "takes_requests")
A_BATCH = 2000  # rows of an INSERT; much more makes the statement, not the database, the cost
TAKEN = gettext_lazy("A customer of this name and country has the external number %(number)s.")
_is_url = URLValidator(["http", "https"])
_DIVIDED = re.compile(r"(?<!\\)\|")


def read(file: BinaryIO, *, person: str, encoding: str = "") -> list[tuple[int, dict[str, str]]]:
    """Read a table of customers into [(line, {column: text})].

    Raises TableRefused, or SeveralReadings for a text whose encoding would be a guess.
    """
    return tables.read(file, columns.CUSTOMERS, person=person, encoding=encoding).rows


def parts(text: str | None) -> list[str]:
    r"""'Acme | 아크미' -> ['Acme', '아크미']: a cell holds several names; in one of them, | is \|."""
    found = (part.replace(r"\|", "|").strip() for part in _DIVIDED.split(text or ""))
    return [part for part in found if part]


def joined(names: Iterable[str]) -> str:
    """Put several names into a cell, as parts() takes them apart."""
    return "|".join(name.replace("|", r"\|") for name in names)


def import_customers(rows: list[tuple[int, dict[str, str]]]) -> tuple[int, int]:
    """Add or update customers from rows of read(); return how many are new and how many updated.

    Customers are told apart by external number, and by exact name and country where a row has none
    or a new one. A filled cell replaces what was known, names and domains are added, nothing is
    deleted; new customers are listed and take requests unless the row says otherwise. Raises
    TableRefused, with nothing changed, when a row is bad.
    """
    cleaned = _each(rows, _clean)
    try:
        with transaction.atomic():
            directory = _Directory()
            taken = _each(cleaned, directory.take)
            directory.save()
            _add_names_and_domains(taken)
            _index(list({customer.pk: None for _line, (customer, _row) in taken}))
    except IntegrityError:
        words = _("The directory has changed meanwhile. Import the table again.")
        raise TableRefused([{"line": 0, "words": words}]) from None
    return len(directory.new), len(taken) - len(directory.new)


def _each(rows, act):
    """Return [(line, act(row))]; raise TableRefused with every row that `act` refuses."""
    done, problems = [], []
    for line, row in rows:
        try:
            done.append((line, act(row)))
        except ValidationError as error:
            problems.append({"line": line, "words": " ".join(error.messages)})
    if problems:
        raise TableRefused(problems)
    return done


class _Directory:
    """The customers by what tells them apart, as they are once the rows so far are taken."""

    def __init__(self):
        self.by_number, self.by_name = {}, {}
        self.new, self.renamed, self.changed = [], [], {}
        for customer in Customer.objects.all():
            self._put(customer)

    def _put(self, customer):
        if customer.external_number:
            self.by_number[customer.external_number] = customer
        self.by_name[_name_of(customer)] = customer

    def take(self, row):
        """Return the customer of a row, new or known, with the row's values; and the row."""
        customer = self._find(row)
        if customer is None:
            customer = Customer()
            self.new.append(customer)
        before = _name_of(customer)
        values = {field: row[field] for field in REPLACED if row[field]}
        values |= {field: row[field] == "1" for field in FLAGS if row[field]}
        after = values.get("name", before[0]), values.get("country", before[1])
        if self.by_name.get(after, customer) is not customer:
            raise ValidationError(_("Another customer has this name and country."))
        if after != before and self.by_name.pop(before, None):
            self.renamed.append(customer)
        for field, value in values.items():
            if getattr(customer, field) != value:
                setattr(customer, field, value)
                self.changed.setdefault(field, {})[customer.pk] = customer
        self._put(customer)
        return customer, row

    def _find(self, row):
        number = row["external_number"]
        if number in self.by_number:
            return self.by_number[number]
        found = self.by_name.get((row["name"], row["country"]))
        # Two of one name in the ERP: taking the number over would make one customer of them.
        if found and number and found.external_number:
            raise ValidationError(TAKEN % {"number": found.external_number})
        return found

    def save(self):
        new = {customer.pk for customer in self.new}
        for customer in self.renamed:
            # One by one, in their order: a name may have become free by the one before.
            if customer.pk not in new:
                customer.save(update_fields=["name", "country"])
        Customer.objects.bulk_create(self.new, batch_size=A_BATCH)
        for field, customers in self.changed.items():
            known = [customer for pk, customer in customers.items() if pk not in new]
            Customer.objects.bulk_update(known, [field], batch_size=A_BATCH)


def _name_of(customer):
    return customer.name, str(customer.country)


def _clean(row):
    row = dict.fromkeys(COLUMNS, "") | row
    row |= {"other_names": parts(row["other_names"]), "domains": _domains(row["domains"])}
    row |= {"country": row["country"].upper(), "language": language_code(row["language"])}
    _check_names(row)
    if row["country"] and row["country"] not in countries.countries:
        words = _("%(country)s is not a country code such as KR.")
        raise ValidationError(words, params={"country": row["country"]})
    if row["website"]:
        _is_url(row["website"])
    if row["language"] not in ("", "ko", "en"):
        raise ValidationError(_("The language must be ko or en."))
    return row


def _check_names(row):
    if not row["name"]:
        raise ValidationError(_("The name is missing."))
    for name in (row["name"], row["city"], row["external_number"], *row["other_names"]):
        validate_name(name)
    for field in ("name", "city", "external_number", "website"):
        _check_length(field, row[field])
    for name in row["other_names"]:
        _check_length("name", name)


def _check_length(field, text):
    limit = Customer._meta.get_field(field).max_length
    if len(text) > limit:
        words = _("%(text)s… is longer than %(limit)d letters.")
        raise ValidationError(words, params={"text": text[:20], "limit": limit})


def _domains(text):
    domains = [registrable(part) or part for part in parts(text)]
    for domain in domains:
        if not registrable(domain) or is_free_mail(domain):
            words = _("%(domain)s is not the company’s own domain.")
            raise ValidationError(words, params={"domain": domain})
    return domains


def _add_names_and_domains(taken):
    names = [
        CustomerName(customer=customer, name=name)
        for _line, (customer, row) in taken
        for name in row["other_names"]
    ]
    domains = [
        CustomerDomain(customer=customer, domain=domain)
        for _line, (customer, row) in taken
        for domain in row["domains"]
    ]
    CustomerName.objects.bulk_create(names, batch_size=A_BATCH, ignore_conflicts=True)
    CustomerDomain.objects.bulk_create(domains, batch_size=A_BATCH, ignore_conflicts=True)


def _index(pks):
    # In batches, since index() locks and reads all that it is given.
    for start in range(0, len(pks), A_BATCH):
        index(pks[start : start + A_BATCH])
