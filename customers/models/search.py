"""The rows that the directory is searched by, derived from names by `customers.search.index`."""

from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Func, Value
from django.db.models.functions import Left, Length, Reverse

from customers.models.directory import Customer

# Every key is ASCII: with "C" ranges and indexes work the same under every locale of the server.
COLLATION = "C"


def key_field(**options):
    return models.CharField(max_length=100, db_collation=COLLATION, **options)


class Words(Func):
    """string_to_array(key, ' '): the words of a key, for an index over them."""

    function = "string_to_array"
    output_field = models.TextField()


class SearchName(models.Model):
    """A spelling of a listed customer's name in ASCII.

    The columns hold its words, the letters without spaces, the sound, the first letters, and the
    Korean initial consonants.
    """

    customer = models.ForeignKey(Customer, models.CASCADE, related_name="search_names")
    key = key_field()
    letters = key_field()
    sound = key_field()
    initials = models.CharField(max_length=12, db_collation=COLLATION, blank=True)
    consonants = models.CharField(max_length=40, db_collation=COLLATION, blank=True)

    class Meta:
        # In the order in which customers.search.find asks: the first letters, then the length, then
        # the whole. 4 is its BLOCK.
        indexes = [
            models.Index(
                Left("letters", 4), Length("letters"), F("letters"), name="search_by_letters"
            ),
            models.Index(Left("sound", 4), Length("sound"), F("sound"), name="search_by_sound"),
            models.Index(
                F("initials"),
                Length("letters"),
                name="search_by_initials",
                condition=~models.Q(initials=""),
            ),
            models.Index(
                Left("consonants", 2),
                Length("consonants"),
                F("consonants"),
                name="search_by_consonants",
                condition=~models.Q(consonants=""),
            ),
            # Without fastupdate, whose list of pending rows every search would read through.
            GinIndex(Words(F("key"), Value(" ")), name="search_by_words", fastupdate=False),
        ]

    def __str__(self):
        return self.key


class SearchTerm(models.Model):
    """A word of the keys, and how many names hold it; misspelt words are looked up here."""

    term = models.CharField(max_length=100, primary_key=True, db_collation=COLLATION)
    names = models.PositiveIntegerField(default=1)

    class Meta:
        # `names` is in the index, so that a look-up reads no row.
        indexes = [
            models.Index(Length("term"), F("term"), include=["names"], name="terms_forward"),
            models.Index(
                Length("term"), Reverse("term"), F("term"), include=["names"], name="terms_backward"
            ),
        ]

    def __str__(self):
        return self.term
