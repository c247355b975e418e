"""Knowledge goes one way: core <- accounts <- customers <- connections <- portal, in imports, strings and mails."""

import ast
import re

import pytest
from django.apps import apps
from django.urls import get_resolver

from accounts.notifications import all_kinds
from tests.tree import APPS, ROOT, modules

# the app of each namespace of addresses; those of libraries are not ours to order
NAMESPACES = {name: name for name in APPS} | {"leaving": "portal"}
PATH = re.compile(r"(\w+)\.(?:\w+\.)*[A-Za-z_]+")  # 'connections.jobs.reroute', 'accounts.User'
ADDRESS = re.compile(r"(\w+):\w+")  # 'customers:profile'
# Addresses without a namespace ('home', 'privacy') are the project's own: Django and allauth use them too
# (LOGIN_REDIRECT_URL), and any app may lead there. settings.AUTH_USER_MODEL is how core names the person.
TEMPLATE = re.compile(r"(\w+)/[\w/]+\.(?:html|txt)")  # 'portal/home.html'
URL_TAG = re.compile(r"""{%\s*url\s+["'](\w+):""")
MAILS = ROOT / "templates/email"


def floor(app):
    return APPS.index(app)


def is_above(owner, app):
    """Whether `owner`, the first part of a name, is one of our apps and stands above `app`."""
    owner = NAMESPACES.get(owner, owner)
    return owner in APPS and floor(owner) > floor(app)


def trees(app):
    """Yield (path, syntax tree) of each module of an app."""
    for name, text in modules(app):
        yield name, ast.parse(text)


def imports(tree):
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module


def strings(tree):
    return [
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    ]


def arguments(tree):
    """Every string that a call is given, alone or in a list; words that people read are none of our names."""
    for call in ast.walk(tree):
        if not isinstance(call, ast.Call) or getattr(call.func, "id", "") == "_":
            continue
        for value in [*call.args, *(keyword.value for keyword in call.keywords)]:
            for node in getattr(value, "elts", [value]):
                if isinstance(node, ast.Constant) and isinstance(node.value, str):
                    yield node.value


def looked_up(tree):
    """Every name that may follow a relation: attributes, and the parts of lookups like 'profiles__stage'."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute):
            yield node.attr
        elif isinstance(node, ast.keyword) and node.arg:
            yield from node.arg.split("__")
    for text in arguments(tree):
        yield from text.split("__")
    for text in strings(tree):  # also in lists of an admin: search_fields = ["profiles__customer"]
        if re.fullmatch(r"-?\w+?__\w+", text):
            yield from text.split("__")


@pytest.mark.parametrize("app", APPS)
def test_an_app_imports_only_what_lies_below_it(app):
    wrong = [
        (path, name)
        for path, tree in trees(app)
        for name in imports(tree)
        if is_above(name.partition(".")[0], app)
    ]
    assert wrong == []


@pytest.mark.parametrize("app", APPS)
def test_an_app_names_no_address_module_or_template_above_it(app):
    wrong = [
        (path, text)
        for path, tree in trees(app)
        for text in strings(tree)
        for pattern in (ADDRESS, PATH, TEMPLATE)
        if (found := pattern.fullmatch(text)) and is_above(found[1], app)
    ]
    assert wrong == []


def test_every_namespace_of_addresses_has_a_floor():
    ours = {
        pattern.namespace
        for pattern in get_resolver().url_patterns
        if getattr(pattern, "namespace", None)
    }
    assert ours - {"admin"} == set(NAMESPACES) - {"core", "portal"}


def owner_of_kinds():
    """{name of a kind of news: the app whose module registers it}."""
    owners = {}
    for app in APPS:
        names = {
            text
            for path, tree in trees(app)
            if "notification_kinds" in path
            for text in strings(tree)
        }
        owners |= {kind.name: app for kind in all_kinds() if kind.name in names}
    return owners


def test_every_kind_of_news_has_an_owner():
    assert set(owner_of_kinds()) == {kind.name for kind in all_kinds()}


@pytest.mark.parametrize("app", APPS)
def test_an_app_names_no_kind_of_news_from_above(app):
    owners = owner_of_kinds()
    wrong = [
        (path, text)
        for path, tree in trees(app)
        for text in arguments(tree)
        if is_above(owners.get(text), app)
    ]
    assert wrong == []


def relations_from_above(app):
    """Names by which models of this app, or below it, lead to models above it, whose relations define them."""
    for upper in APPS[floor(app) + 1 :]:
        for model in apps.get_app_config(upper).get_models():
            for field in model._meta.get_fields():
                if field.auto_created or not field.is_relation or not field.related_model:
                    continue
                lower = field.related_model._meta.app_label
                if lower in APPS and floor(lower) <= floor(app) and not field.remote_field.hidden:
                    yield field.remote_field.get_accessor_name()
                    yield field.related_query_name()


@pytest.mark.parametrize("app", APPS)
def test_an_app_follows_no_relation_that_a_model_above_it_defines(app):
    above = set(relations_from_above(app))
    wrong = [(path, name) for path, tree in trees(app) for name in looked_up(tree) if name in above]
    assert wrong == []


@pytest.mark.parametrize("app", ["core", "accounts"])
def test_the_mails_of_an_app_lead_to_no_page_above_it(app):
    """Pages may link anywhere; a mail is sent by its app alone, which has to know where it leads."""
    sent = {text for _path, tree in trees(app) for text in arguments(tree)}
    wrong = [
        (letter.parent.name, namespace)
        for letter in sorted(MAILS.rglob("*.*"))
        if letter.parent == MAILS or letter.parent.name in sent
        for namespace in URL_TAG.findall(letter.read_text())
        if is_above(namespace, app)
    ]
    assert wrong == []
