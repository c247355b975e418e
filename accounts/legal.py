"""The version of the terms and of the privacy notice.

A new wording gets a new version; consents keep theirs.
"""

VERSION = "2026-11"
