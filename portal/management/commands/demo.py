from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from accounts.models import User
from portal.demo.load import load


class Command(BaseCommand):
    help = "Loads the demo data into a database that has no users yet."

    def handle(self, **options):
        if User.objects.exists():
            raise CommandError("There are users already: demo data goes only into an empty portal.")
        load(timezone.now())
        self.stdout.write("Demo data loaded.")
