import polib
from django.conf import settings
from django.core.management.base import BaseCommand


class Command(BaseCommand):
    # By polib: msgfmt may be missing.
    help = "Compiles the catalogues that have changed."

    def handle(self, **options):
        for catalogue in settings.LOCALE_PATHS[0].glob("*/LC_MESSAGES/django.po"):
            compiled = catalogue.with_suffix(".mo")
            if not compiled.exists() or compiled.stat().st_mtime < catalogue.stat().st_mtime:
                polib.pofile(str(catalogue)).save_as_mofile(str(compiled))
