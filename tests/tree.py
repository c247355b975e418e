"""Our code as text: the apps from the lowest to the highest, and their modules."""

from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
APPS = ["core", "accounts", "customers", "connections", "portal"]


def modules(*folders):
    """Yield (path, text) of each module below the folders, or of our apps, without migrations."""
    for folder in folders or APPS:
        for path in sorted((ROOT / folder).rglob("*.py")):
            if "migrations" not in path.parts:
                yield path.relative_to(ROOT).as_posix(), path.read_text()
