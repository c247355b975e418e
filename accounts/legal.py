"""The version of the terms and of the privacy notice: a new wording gets a new one, and consents keep theirs."""

VERSION = "2026-11"
