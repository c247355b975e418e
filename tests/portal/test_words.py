"""Docstrings and comments read as CONTRIBUTING asks."""

import ast
import io
import re
import tokenize
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
APPS = ["core", "accounts", "customers", "connections", "portal"]
HEADLESS = re.compile(r"(Who|What|Whoever|Whom|Whose|Of whom|Where|When|One)\b(?!-)")
BANNER = re.compile(r"# .*(-{4,}|={4,}|#{4,})$")
DOCUMENTED = ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef


def modules():
    for app in APPS:
        for path in sorted((ROOT / app).rglob("*.py")):
            name = path.relative_to(ROOT).as_posix()
            if "/migrations/" not in name:
                yield name, path.read_text()


def test_every_docstring_names_its_subject():
    headless = [
        (name, docstring.splitlines()[0])
        for name, text in modules()
        for node in ast.walk(ast.parse(text))
        if isinstance(node, DOCUMENTED)
        and HEADLESS.match(docstring := ast.get_docstring(node) or "")
    ]
    assert headless == []


def test_no_comment_is_a_banner():
    banners = [
        (name, token.string)
        for name, text in modules()
        for token in tokenize.generate_tokens(io.StringIO(text).readline)
        if token.type == tokenize.COMMENT and BANNER.match(token.string)
    ]
    assert banners == []
