from core.uploads.fields import UploadField
from core.uploads.kinds import TYPES, check, check_size
from core.uploads.names import clean_name
from core.uploads.refusals import in_words

__all__ = [
    "TYPES",
    "UploadField",
    "check",
    "check_size",
    "clean_name",
    "in_words",
]
