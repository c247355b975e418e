"""Keep what the search looks at: the keys of each listed spelling, and the vocabulary of all their words."""

from django.db import connection, transaction

from customers.models import Customer, CustomerName
from customers.models.search import SearchName
from customers.search.names import keys


def index(customer_ids):
    """Rewrite the keys of these customers, in the transaction that changed their names; those not listed have none."""
    customer_ids = list(customer_ids)
    with transaction.atomic():
        found = (
            Customer.objects.select_for_update(no_key=True)
            .filter(pk__in=customer_ids)
            .order_by("pk")
        )
        names = [(customer.pk, customer.name) for customer in found if customer.is_listed]
        listed = [pk for pk, _name in names]
        names += CustomerName.objects.filter(customer__in=listed).values_list("customer", "name")
        rows = [_row(pk, made) for pk, name in names for made in keys(name)]
        SearchName.objects.filter(customer__in=customer_ids).delete()
        SearchName.objects.bulk_create(rows, batch_size=2000)
        _count_words(rows)


def _row(pk, made):
    return SearchName(
        customer_id=pk,
        key=made.key,
        letters=made.letters,
        sound=made.sound,
        initials=made.initials,
        consonants=made.consonants,
    )


def _count_words(rows):
    """Keep the vocabulary. The numbers only limit work, so they may drift until the next recount()."""
    terms = {}
    for row in rows:
        for term in set(row.key.split()):
            terms[term] = terms.get(term, 0) + 1
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO customers_searchterm (term, names) SELECT term, names FROM unnest(%s::text[], %s::int[]) AS t (term, names)"
            " ON CONFLICT (term) DO UPDATE SET names = customers_searchterm.names + EXCLUDED.names",
            [sorted(terms), [terms[term] for term in sorted(terms)]],
        )


def recount():
    """Count anew in how many names each word of the vocabulary stands; words that stand in none are forgotten."""
    with connection.cursor() as cursor:
        cursor.execute(
            "WITH counted AS ("
            "  SELECT term, count(DISTINCT name.id) AS names"
            "  FROM customers_searchname AS name, unnest(string_to_array(key, ' ')) AS term GROUP BY term"
            "), forgotten AS ("
            "  DELETE FROM customers_searchterm AS old"
            "  WHERE NOT EXISTS (SELECT FROM counted WHERE counted.term = old.term)"
            ")"
            "INSERT INTO customers_searchterm AS old (term, names) SELECT term, names FROM counted ORDER BY term"
            " ON CONFLICT (term) DO UPDATE SET names = EXCLUDED.names WHERE old.names <> EXCLUDED.names"
        )
