"""Jobs that fail: tried again, and told to the operator when they are given up."""

import pytest
from django.db import connection
from django.test import Client
from procrastinate.contrib.django import app


@pytest.mark.parametrize(
    "name",
    [
        "connections.jobs.reroute",
        "customers.jobs.tell_reviewers",
        "customers.jobs.tell_suppliers",
        "customers.jobs.tell_supplier",
    ],
)
def test_what_is_deferred_once_is_tried_again(name):
    app.perform_import_paths()
    assert app.tasks[name].retry_strategy.max_attempts == 5


def test_jobs_that_failed_are_told(client_of, operator):
    app.configure_task("connections.jobs.reroute").defer(mail_id="x")
    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_jobs SET status = 'failed'")
    assert Client().get("/readyz").json()["failed_jobs"] == 1
    page = client_of(operator).get("/admin/").content.decode()
    assert "procrastinate/procrastinatejob/?status__exact=failed" in page
    assert client_of(operator).get("/admin/procrastinate/procrastinatejob/?status__exact=failed").status_code == 200
