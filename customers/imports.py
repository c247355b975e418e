"""Import customers in bulk: the rows of a CSV file, all or none."""

import csv
import io

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.db import transaction
from django_countries import countries

from accounts.domains import is_free_mail, registrable
from accounts.names import validate_name
from core.tabular import decode
from customers.models import Customer, CustomerDomain, CustomerName
from customers.search.index import index

COLUMNS = ["name", "other_names", "country", "website", "domains", "city", "language"]
A_BATCH = 2000  # rows of an INSERT; much more makes the statement, not the database, the cost
_is_url = URLValidator(["http", "https"])


class BadFile(ValueError):
    """A file or a row, named by its line, that can't be taken; nothing was imported."""


def read(data: bytes) -> list[tuple[int, dict[str, str]]]:
    """Read a CSV file, UTF-8 or CP949, into [(line, {column: text})]; raise BadFile."""
    try:
        text = decode(data)
    except ValidationError as error:
        raise BadFile(error.messages[0]) from None
    rows = csv.DictReader(io.StringIO(text, newline=""))
    unknown = set(rows.fieldnames or []) - set(COLUMNS)
    if "name" not in (rows.fieldnames or []) or unknown:
        raise BadFile(f"The first line must name the columns: {', '.join(COLUMNS)}.")
    return [
        (rows.line_num, {column: (row.get(column) or "").strip() for column in COLUMNS})
        for row in rows
    ]


def parts(text: str | None) -> list[str]:
    """Split a cell that holds several names or domains: 'Acme | 아크미' -> ['Acme', '아크미']."""
    return [part.strip() for part in (text or "").split("|") if part.strip()]


def import_customers(rows: list[tuple[int, dict[str, str]]]) -> tuple[int, int]:
    """Add or update customers from rows of read(); return how many are new and how many updated.

    A row means the customer with exactly its name and country. A filled column replaces what was
    known, names and domains are added, nothing is deleted; new customers are listed and take
    requests. Raises BadFile, with nothing changed, at the first bad row.
    """
    cleaned = [_clean(line, row) for line, row in rows]
    with transaction.atomic():
        known = {
            (name, country): pk
            for pk, name, country in Customer.objects.values_list("pk", "name", "country")
        }
        new, changed = [], []
        for row in cleaned:
            key = (row["name"], row["country"])
            fields = {
                field: row[field]
                for field in ("name", "country", "city", "website", "language")
                if row[field]
            }
            if key in known:
                changed.append((Customer(pk=known[key], **fields), row))
            else:
                customer = Customer(**fields)
                new.append((customer, row))
                known[key] = customer.pk  # a later row may name the customer again
        Customer.objects.bulk_create([customer for customer, _ in new], batch_size=A_BATCH)
        # Column by column: an empty cell leaves what was known.
        for field in ("city", "website", "language"):
            filled = [customer for customer, row in changed if row[field]]
            Customer.objects.bulk_update(filled, [field], batch_size=A_BATCH)
        _add_names_and_domains([*new, *changed])
        _index([customer.pk for customer, _ in [*new, *changed]])
    return len(new), len(changed)


def _clean(line, row):
    try:
        row = row | {"other_names": parts(row["other_names"]), "domains": _domains(row["domains"])}
        _check_names([row["name"], *row["other_names"], row["city"]])
        if row["country"] and row["country"].upper() not in countries.countries:
            raise ValidationError(f"{row['country']} is not a country code such as KR.")
        row["country"] = row["country"].upper()
        if row["website"]:
            _is_url(row["website"])
        if row["language"] not in ("", "ko", "en"):
            raise ValidationError("The language must be ko or en.")
    except ValidationError as error:
        raise BadFile(f"Line {line}: {' '.join(error.messages)}") from None
    return row


def _check_names(names):
    if not names[0]:
        raise ValidationError("The name is missing.")
    for name in names:
        validate_name(name)
        if len(name) > 200:
            raise ValidationError("A name is longer than 200 letters.")


def _domains(text):
    domains = [registrable(part) or part for part in parts(text)]
    for domain in domains:
        if not registrable(domain) or is_free_mail(domain):
            raise ValidationError(f"{domain} is not the company’s own domain.")
    return domains


def _add_names_and_domains(customers):
    names = [
        CustomerName(customer=customer, name=name)
        for customer, row in customers
        for name in row["other_names"]
    ]
    domains = [
        CustomerDomain(customer=customer, domain=domain)
        for customer, row in customers
        for domain in row["domains"]
    ]
    CustomerName.objects.bulk_create(names, batch_size=A_BATCH, ignore_conflicts=True)
    CustomerDomain.objects.bulk_create(domains, batch_size=A_BATCH, ignore_conflicts=True)


def _index(pks):
    # In batches, since index() locks and reads all that it is given.
    for start in range(0, len(pks), A_BATCH):
        index(pks[start : start + A_BATCH])
