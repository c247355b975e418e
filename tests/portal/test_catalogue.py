"""The Korean catalogue is complete: every string that a page or a module says has a translation."""

import ast
import re

import polib
import pytest
from django.template.base import Lexer, TokenType
from django.utils.translation.template import templatize

from tests.tree import ROOT, modules

CATALOGUE = polib.pofile(str(ROOT / "locale/ko/LC_MESSAGES/django.po"))
NAMES = {"_", "gettext", "gettext_lazy", "ngettext"}


def said_in_python():
    for path, text in modules():
        for node in ast.walk(ast.parse(text)):
            is_call = (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Name)
                and node.func.id in NAMES
            )
            if is_call and node.args and isinstance(node.args[0], ast.Constant):
                yield path, node.args[0].value


def said_in_templates():
    for path in [*(ROOT / "templates").rglob("*.html"), *(ROOT / "templates").rglob("*.txt")]:
        text = templatize(path.read_text(), origin=str(path))
        for found in re.findall(
            r"""(?:^|[^\w])(?:gettext|_)\(\s*u?(['"]{1,3})(.*?)\1\s*\)""", text, re.DOTALL
        ):
            yield path, found[1]
        for context, said in re.findall(
            r"""pgettext\(\s*u?['"](.*?)['"],\s*u?['"](.*?)['"]\s*\)""", text
        ):
            yield path, f"{context}|{said}"


def translated():
    done = [entry for entry in CATALOGUE if entry.translated() and "fuzzy" not in entry.flags]
    return {f"{entry.msgctxt}|{entry.msgid}" if entry.msgctxt else entry.msgid for entry in done}


def test_every_string_of_the_code_is_translated():
    known = translated()
    assert [(str(path), text) for path, text in said_in_python() if text not in known] == []


def test_every_string_of_the_templates_is_translated():
    known = {re.sub(r"\s+", " ", text).replace("\\", "") for text in translated()}
    said = [
        (str(path), re.sub(r"\s+", " ", text).replace("\\", ""))
        for path, text in said_in_templates()
    ]
    assert len(said) > 300
    assert [one for one in said if one[1] not in known] == []


@pytest.mark.parametrize(
    "entry",
    [entry for entry in CATALOGUE if "%(" in entry.msgid],
    ids=lambda entry: entry.msgid[:40],
)
def test_a_translation_keeps_every_placeholder(entry):
    wanted = set(re.findall(r"%\((\w+)\)", entry.msgid))
    for text in [entry.msgstr] if entry.msgstr else entry.msgstr_plural.values():
        assert set(re.findall(r"%\((\w+)\)", text)) == wanted


def test_help_and_legal_pages_exist_in_both_languages():
    for folder in ("help", "legal"):
        pages = [
            {path.name for path in (ROOT / "templates" / folder / language).iterdir()}
            for language in ("ko", "en")
        ]
        assert pages[0] == pages[1]


def test_templates_hold_no_inline_style_or_script():
    for path in (ROOT / "templates").rglob("*.html"):
        if "email" in path.parts:
            continue
        tokens = Lexer(path.read_text()).tokenize()
        text = "".join(token.contents for token in tokens if token.token_type == TokenType.TEXT)
        assert not re.search(
            r"<style|\sstyle=|\son\w+=|javascript:|<script(?![^>]*(src=|type=\"application/json))",
            text,
        ), path
