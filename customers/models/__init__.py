from customers.models.directory import (
    Customer,
    CustomerContact,
    CustomerDomain,
    CustomerName,
    VendorRecord,
)
from customers.models.profiles import CustomerProfile, Stage
from customers.models.search import SearchName, SearchTerm
from customers.models.steps import Kind, Step, StepField

from customers.models.answers import (  # isort: skip - answers stand on steps
    Answer,
    EditConflict,
    NotOpen,
    Outcome,
    State,
    Submission,
    Upload,
)

__all__ = [
    "Answer",
    "Customer",
    "CustomerContact",
    "CustomerDomain",
    "CustomerName",
    "CustomerProfile",
    "EditConflict",
    "Kind",
    "NotOpen",
    "Outcome",
    "SearchName",
    "SearchTerm",
    "Stage",
    "State",
    "Step",
    "StepField",
    "Submission",
    "Upload",
    "VendorRecord",
]
