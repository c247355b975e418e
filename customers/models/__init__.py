from customers.models.directory import (
    Customer,
    CustomerContact,
    CustomerDomain,
    CustomerName,
    VendorRecord,
)
from customers.models.mutes import Mute
from customers.models.profiles import CustomerProfile, Stage
from customers.models.search import SearchName, SearchTerm
from customers.models.steps import Kind, Question, Step

from customers.models.answers import (  # isort: skip - answers stand on steps
    StepAnswer,
    EditConflict,
    NotOpen,
    Outcome,
    State,
    Submission,
    Upload,
)

__all__ = [
    "Customer",
    "CustomerContact",
    "CustomerDomain",
    "CustomerName",
    "CustomerProfile",
    "EditConflict",
    "Kind",
    "Mute",
    "NotOpen",
    "Outcome",
    "Question",
    "SearchName",
    "SearchTerm",
    "Stage",
    "State",
    "Step",
    "StepAnswer",
    "Submission",
    "Upload",
    "VendorRecord",
]
