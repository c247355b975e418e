from core.uploads.fields import UploadField
from core.uploads.kinds import TYPES, check, check_size
from core.uploads.names import clean_name
from core.uploads.office import check_unpacked

__all__ = ["TYPES", "UploadField", "check", "check_size", "check_unpacked", "clean_name"]
