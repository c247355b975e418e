"""The kinds of question: how a kind is asked, checked, kept and read.

To add a kind, write a module here with its class, a template in templates/customers/steps/kinds/
(none where the plain field.html will do), and a line in KINDS. Nothing outside the class asks
what kind a question is.
"""

from customers.steps.kinds.acknowledgement import Acknowledgement
from customers.steps.kinds.bank_account import BankAccount
from customers.steps.kinds.base import Company, Kind
from customers.steps.kinds.choices import OneChoice, SeveralChoices, YesNo
from customers.steps.kinds.contact import Email, Phone
from customers.steps.kinds.country import Country, Registration
from customers.steps.kinds.date import Date
from customers.steps.kinds.file import File
from customers.steps.kinds.number import Number
from customers.steps.kinds.text import LongText, Text

# By name, in the order in which the operator chooses.
KINDS: dict[str, Kind] = {
    kind.name: kind()
    for kind in (
        Text,
        LongText,
        Email,
        Phone,
        Number,
        Date,
        YesNo,
        OneChoice,
        SeveralChoices,
        Country,
        Registration,
        BankAccount,
        File,
        Acknowledgement,
    )
}
CHOICES = [(kind.name, kind.label) for kind in KINDS.values()]

__all__ = [
    "CHOICES",
    "KINDS",
    "Acknowledgement",
    "BankAccount",
    "Company",
    "Country",
    "Date",
    "Email",
    "File",
    "Kind",
    "LongText",
    "Number",
    "OneChoice",
    "Phone",
    "Registration",
    "SeveralChoices",
    "Text",
    "YesNo",
]
