"""Names of uploaded files, and of what is found in them."""

import unicodedata


def clean_name(name: str) -> str:
    """Return the name to show and to save a file under, at most 150 letters.

    Folders are cut off, and so is what can't be seen or would break a header.
    """
    # Hangul from a Mac comes as single letters: NFC puts the syllables together.
    last = unicodedata.normalize("NFC", name.replace("\\", "/").rpartition("/")[2])
    # Category C: control characters, and marks that turn the reading direction ("fdp.exe").
    seen = "".join(
        character
        for character in last
        if unicodedata.category(character)[0] != "C" and character not in '"<>:|?*;'
    )
    stem, dot, suffix = seen.rpartition(".")
    if not dot:
        return seen.strip()[:150] or "file"
    return f"{stem.strip(' .')[:140] or 'file'}.{suffix.strip()[:9]}"


def clean_part(name: str) -> str:
    """Return a name found inside of a file as words for a person, at most 80 letters."""
    seen = "".join(
        character if unicodedata.category(character)[0] != "C" else " " for character in name
    )
    seen = " ".join(unicodedata.normalize("NFC", seen).split())
    # Its end tells more than its beginning, which is folders.
    return f"…{seen[-79:]}" if len(seen) > 80 else seen or "?"
