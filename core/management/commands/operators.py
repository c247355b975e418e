from django.contrib.auth.models import Group, Permission
from django.core.management.base import BaseCommand
from django.db.models import Q

# Nothing of auth: an operator who may give rights could give all of them.
OURS = ("core", "accounts", "customers", "connections", "portal")


class Command(BaseCommand):
    help = (
        "Makes the group Operators, or gives it what it lacks: everything of the portal's own,"
        " looking at the worker's jobs, nothing of Django's rights."
    )

    def handle(self, **options):
        group, _made = Group.objects.get_or_create(name="Operators")
        jobs = Q(content_type__app_label="procrastinate", codename__startswith="view_")
        group.permissions.set(Permission.objects.filter(Q(content_type__app_label__in=OURS) | jobs))
        self.stdout.write(
            f"Operators: {group.permissions.count()} permissions. Add staff to it in /admin/."
        )
