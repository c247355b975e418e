"""Docstrings and comments read as CONTRIBUTING asks."""

import ast
import io
import re
import tokenize

from tests.tree import APPS, modules

READ = [*APPS, "tests", "bench", "drill"]
HEADLESS = re.compile(r"(Who|What|Whoever|Whom|Whose|Of whom|Where|When|One)\b(?!-)")
BANNER = re.compile(r"# .*(-{4,}|={4,}|#{4,})$")
DOCUMENTED = ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef


def test_every_docstring_names_its_subject():
    headless = [
        (name, docstring.splitlines()[0])
        for name, text in modules(*READ)
        for node in ast.walk(ast.parse(text))
        if isinstance(node, DOCUMENTED)
        and HEADLESS.match(docstring := ast.get_docstring(node) or "")
    ]
    assert headless == []


def test_no_comment_is_a_banner():
    banners = [
        (name, token.string)
        for name, text in modules(*READ)
        for token in tokenize.generate_tokens(io.StringIO(text).readline)
        if token.type == tokenize.COMMENT and BANNER.match(token.string)
    ]
    assert banners == []
