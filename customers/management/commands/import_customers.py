from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from customers import imports


class Command(BaseCommand):
    help = f"Imports customers from a CSV file with the columns {', '.join(imports.COLUMNS)}; all rows or none."

    def add_arguments(self, parser):
        parser.add_argument("file", type=Path)

    def handle(self, file, **options):
        try:
            new, updated = imports.import_customers(imports.read(file.read_bytes()))
        except (OSError, imports.BadFile) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{new} customers added, {updated} updated.")
