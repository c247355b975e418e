from django.contrib.auth.models import Group, Permission
from django.core.management.base import BaseCommand

OURS = ("portal", "accounts", "customers", "connections")


class Command(BaseCommand):
    help = "Makes the group Operators, or gives it what it lacks: everything of the portal's own, nothing of Django's rights."

    def handle(self, **options):
        group, _made = Group.objects.get_or_create(name="Operators")
        group.permissions.set(Permission.objects.filter(content_type__app_label__in=OURS))
        self.stdout.write(f"Operators: {group.permissions.count()} permissions. Add staff to it in /admin/.")
