"""A function that locks rows opens a transaction: views run without one, a test would hide it."""

import ast

from tests.tree import modules

LOCKING = {"select_for_update", "locked", "one_at_a_time"}
IN_THE_CALLERS_TRANSACTION = {
    ("accounts/file_quotas.py", "make_room"),
    ("accounts/models/memberships.py", "_leave_an_admin"),
    ("accounts/models/suppliers.py", "one_at_a_time"),
    ("connections/jobs.py", "hide"),
    ("connections/jobs.py", "show"),
    ("connections/models/invited_until.py", "refresh_one"),
    ("connections/models/requests.py", "_decide"),
    ("customers/models/answers.py", "_lock_answer"),
    ("customers/models/directory.py", "one_at_a_time"),
    ("customers/models/profiles.py", "locked"),
}


def bare_locks(node, function=None, is_safe=False):
    """Yield the functions below a node that lock rows outside a transaction.atomic() of their own."""
    if isinstance(node, ast.FunctionDef):
        function, is_safe = node.name, False
    if isinstance(node, ast.With) and any(
        "transaction.atomic" in ast.unparse(item) for item in node.items
    ):
        is_safe = True
    if isinstance(node, ast.Call) and getattr(node.func, "attr", "") in LOCKING and not is_safe:
        yield function
    for child in ast.iter_child_nodes(node):
        yield from bare_locks(child, function, is_safe)


def test_every_verb_that_locks_has_its_own_transaction():
    found = {
        (name, function) for name, text in modules() for function in bare_locks(ast.parse(text))
    }
    assert found == IN_THE_CALLERS_TRANSACTION
