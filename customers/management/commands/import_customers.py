from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from core.tables import ENCODINGS, SeveralReadings, TableRefused
from customers import imports


class Command(BaseCommand):
    help = (
        "Imports customers from a CSV, text or XLSX file with the columns"
        f" {', '.join(imports.COLUMNS)}; all rows or none."
    )

    def add_arguments(self, parser):
        parser.add_argument("file", type=Path)
        parser.add_argument(
            "--encoding", choices=ENCODINGS, default="", help="of a text that reads in several ways"
        )

    def handle(self, file, encoding, **options):
        try:
            with file.open("rb") as opened:
                rows = imports.read(opened, person="import_customers", encoding=encoding)
            new, updated = imports.import_customers(rows)
        except SeveralReadings as several:
            raise CommandError(_in_words(several.readings)) from None
        except TableRefused as refused:
            raise CommandError("\n".join(refused.messages)) from None
        except OSError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{new} customers added, {updated} updated.")


def _in_words(readings):
    samples = [
        f"--encoding {encoding}\n" + "\n".join(f"    {line}" for line in lines)
        for encoding, lines in readings.items()
    ]
    return "\n".join(
        [
            "The text can be read in more than one way. Nothing was imported. Say which is right:",
            *samples,
        ]
    )
