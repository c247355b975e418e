"""Imports go one way: core <- accounts <- customers <- connections <- portal."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
ORDER = ["core", "accounts", "customers", "connections", "portal"]


def imports_of(path):
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module.split(".")[0]


@pytest.mark.parametrize("app", ORDER)
def test_an_app_imports_only_what_lies_below_it(app):
    above = set(ORDER[ORDER.index(app) + 1 :])
    wrong = []
    for path in (ROOT / app).rglob("*.py"):
        name = path.relative_to(ROOT).as_posix()
        wrong += [(name, other) for other in imports_of(path) if other in above]
    assert wrong == []
