from django.db import migrations


class Migration(migrations.Migration):
    """A name for the history of company details that does not list its columns."""

    dependencies = [("accounts", "0001_initial")]

    operations = [
        migrations.RenameModel(
            "SupplierNameEnglishNameRepresentativeCountryRegistrationNumberAddressWebsiteEvent", "SupplierDetailsEvent"
        )
    ]
