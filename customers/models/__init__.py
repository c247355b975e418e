from customers.models.directory import Customer, CustomerContact, CustomerDomain, CustomerName, VendorRecord
from customers.models.profiles import CustomerProfile, Stage
from customers.models.search import SearchName, SearchTerm

__all__ = [
    "Customer",
    "CustomerContact",
    "CustomerDomain",
    "CustomerName",
    "CustomerProfile",
    "SearchName",
    "SearchTerm",
    "Stage",
    "VendorRecord",
]
