"""The directory of the demo: customers, their contacts, and their vendor lists."""

from pathlib import Path

from customers import imports
from customers.models import Customer, CustomerContact, VendorRecord
from portal.demo import people
from portal.demo.month import Month

DATA = Path(__file__).with_name("customers.csv")
INVITATION_ONLY = 25  # customers that take no requests

# Customers say from whom they buy: this is what ACME's suggestions come from.
VENDORS = [
    ("Williams-Sonoma, Inc.", "ACME Supplies", "orders@acme.example", ""),
    ("Blue Heron Clinics", "ACME SUPPLIES CO LTD", "", "120-81-47521"),
    ("Hanbit Foods", "한마음포장", "jh.oh@hanmaum.example", ""),
    ("Mirae Display", "다온정밀공업", "bae@daon.example", ""),
]


def add_customers(month: Month) -> None:
    with DATA.open("rb") as file:
        imports.import_customers(imports.read(file, person="demo"))
    month.customers = {customer.name: customer for customer in Customer.objects.all()}
    _add_contacts(month.customers)
    named = {name for name, *_rest in people.CONTACTS}
    others = [customer for customer in month.customers.values() if customer.name not in named]
    invitation_only = sorted(customer.pk for customer in others)[:INVITATION_ONLY]
    Customer.objects.filter(pk__in=invitation_only).update(takes_requests=False)


def _add_contacts(customers):
    named = {name: rest for name, *rest in people.CONTACTS}
    contacts = []
    in_order = sorted(customers.values(), key=lambda customer: customer.name)
    for place, customer in enumerate(in_order):
        domain = customer.website.removeprefix("https://www.").rstrip("/")
        if customer.name in named:
            mailbox, name, title, published = named[customer.name]
            contact = CustomerContact(
                email=f"{mailbox}@{domain}", name=name, job_title=title, is_published=published
            )
        elif place % 9 == 0:
            continue  # nobody is known: the supplier has to find a contact
        else:
            contact = CustomerContact(email=f"purchasing@{domain}")
        contact.customer = customer
        contacts.append(contact)
    CustomerContact.objects.bulk_create(contacts)


def add_vendor_lists(month: Month) -> None:
    for customer, name, email, number in VENDORS:
        record = VendorRecord(
            customer=month.customers[customer], name=name, email=email, tax_number=number
        )
        record.prepare()
        record.save()
