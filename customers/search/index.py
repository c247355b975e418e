"""Keep the rows that the search reads: the keys of each listed spelling, and the vocabulary."""

from collections.abc import Iterable

from django.db import connection, transaction

from customers.models import Customer, CustomerName
from customers.models.search import SearchName
from customers.search.names import Keys, keys


def index(customer_ids: Iterable) -> None:
    """Rewrite the keys of these customers; customers that are not listed lose theirs.

    Call it in the transaction that changed their names.
    """
    customer_ids = list(customer_ids)
    with transaction.atomic():
        # Two at once would leave the keys of a customer twice: the second waits here for the
        # first. Foreign keys to the row need not wait (no_key), and the order of the ids keeps
        # two long imports from waiting for each other.
        found = (
            Customer.objects.select_for_update(no_key=True)
            .filter(pk__in=customer_ids)
            .order_by("pk")
        )
        names = [(customer.pk, customer.name) for customer in found if customer.is_listed]
        listed = [pk for pk, _name in names]
        names += CustomerName.objects.filter(customer__in=listed).values_list("customer", "name")
        rows = [_row(pk, spelling) for pk, name in names for spelling in keys(name)]
        SearchName.objects.filter(customer__in=customer_ids).delete()
        SearchName.objects.bulk_create(rows, batch_size=2000)
        _count_words(rows)


def _row(pk, spelling: Keys):
    return SearchName(
        customer_id=pk,
        key=spelling.key,
        letters=spelling.letters,
        sound=spelling.sound,
        initials=spelling.initials,
        consonants=spelling.consonants,
    )


def _count_words(rows):
    terms = {}
    for row in rows:
        for term in set(row.key.split()):
            terms[term] = terms.get(term, 0) + 1
    with connection.cursor() as cursor:
        # The numbers only limit work: they count a customer again each time, until recount().
        # In the order of the words, so that two imports never wait for each other.
        cursor.execute(
            "INSERT INTO customers_searchterm (term, names)"
            " SELECT term, names FROM unnest(%s::text[], %s::int[]) AS t (term, names)"
            " ON CONFLICT (term)"
            " DO UPDATE SET names = customers_searchterm.names + EXCLUDED.names",
            [sorted(terms), [terms[term] for term in sorted(terms)]],
        )


def recount() -> None:
    """Count in how many names each word of the vocabulary stands; forget words in no name."""
    with connection.cursor() as cursor:
        # One statement sees one state of the names, however many are indexed meanwhile. Rows
        # whose number is right are not written again: on most nights nearly all are.
        cursor.execute(
            "WITH counted AS ("
            "  SELECT term, count(DISTINCT name.id) AS names"
            "  FROM customers_searchname AS name, unnest(string_to_array(key, ' ')) AS term"
            "  GROUP BY term"
            "), forgotten AS ("
            "  DELETE FROM customers_searchterm AS old"
            "  WHERE NOT EXISTS (SELECT FROM counted WHERE counted.term = old.term)"
            ")"
            "INSERT INTO customers_searchterm AS old (term, names)"
            " SELECT term, names FROM counted ORDER BY term"
            " ON CONFLICT (term) DO UPDATE SET names = EXCLUDED.names"
            " WHERE old.names <> EXCLUDED.names"
        )
