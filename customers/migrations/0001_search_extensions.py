from django.contrib.postgres.operations import CreateExtension
from django.db import migrations


class Migration(migrations.Migration):
    """For typing errors (levenshtein). The extension is trusted, so the database's owner may create them."""

    initial = True
    dependencies = []
    operations = [CreateExtension("fuzzystrmatch")]
