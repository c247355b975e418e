import signal

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from portal.serving import Web, allow_files
from portal.wsgi import application


class Command(BaseCommand):
    help = "Runs the web server on HOST and PORT until Ctrl-C or SIGTERM; requests at work are answered first."

    def handle(self, **options):
        allow_files()
        try:
            web = Web(application, settings.HOST, settings.PORT)
        except (OSError, ValueError) as error:
            raise CommandError(
                f"Can’t listen on {settings.HOST}:{settings.PORT}: {error}"
            ) from None
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: web.stop())
        self.stdout.write(f"Listening on {settings.HOST}:{web.port}.")
        self.stdout.flush()
        web.run()
