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
from customers.models.steps import AskedStep, Question, Step

from customers.models.answers import (  # isort: skip - answers stand on steps
    AnswerStatus,
    EditConflict,
    NotOpen,
    Outcome,
    StepAnswer,
    Submission,
)
from customers.models.uploads import Upload  # isort: skip - uploads stand on answers

__all__ = [
    "AnswerStatus",
    "AskedStep",
    "Customer",
    "CustomerContact",
    "CustomerDomain",
    "CustomerName",
    "CustomerProfile",
    "EditConflict",
    "Mute",
    "NotOpen",
    "Outcome",
    "Question",
    "SearchName",
    "SearchTerm",
    "Stage",
    "Step",
    "StepAnswer",
    "Submission",
    "Upload",
    "VendorRecord",
]
