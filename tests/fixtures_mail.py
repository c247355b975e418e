"""Codes in letters, queued jobs in the test's own transaction, and a real SMTP server on loopback."""

import asyncio
import json
import re
import socket

import pytest
from aiosmtpd.controller import Controller
from django.db import connection
from procrastinate.contrib.django import app

from core.models import Mail


def mailed_code(**which):
    """Return the one-use code in the newest of these letters."""
    letter = Mail.objects.filter(**which).latest("created_at")
    return re.search(r"\d{6}", letter.text)[0]


def mailed_token(name, address):
    """Return the token of the link in the newest letter of this name to an address."""
    letter = Mail.objects.filter(name=name, to=address).latest("created_at")
    return re.search(r"/[ritv]/([^/\s]+)/", letter.text)[1]


@pytest.fixture
def run_jobs(db):
    """run_jobs() runs the due jobs in order of priority until none is left; returns the names of the tasks."""

    def run():
        done = []
        while row := _take():
            name, arguments = row
            task = app.tasks[name]
            result = task.func(**arguments)
            if asyncio.iscoroutine(result):
                result.close()
            done.append(name)
        return done

    return run


def _take():
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id, task_name, args FROM procrastinate_jobs WHERE status = 'todo'"
            " AND (scheduled_at IS NULL OR scheduled_at <= now()) ORDER BY priority DESC, id LIMIT 1"
        )
        row = cursor.fetchone()
        if row:
            cursor.execute("DELETE FROM procrastinate_jobs WHERE id = %s", [row[0]])
    if row is None:
        return None
    _id, name, arguments = row
    return name, arguments if isinstance(arguments, dict) else json.loads(arguments)


@pytest.fixture
def empty_queue(transactional_db):
    """Empty the tables of procrastinate after a test that commits; Django leaves them alone."""
    yield
    with connection.cursor() as cursor:
        cursor.execute(
            "TRUNCATE procrastinate_jobs, procrastinate_events, procrastinate_periodic_defers CASCADE"
        )


class Post:
    """The answers of the SMTP server, and the messages that it took."""

    def __init__(self):
        self.answer = self.answer_to_sender = self.answer_to_text = "250 OK"
        self.messages = []
        self.pause = 0

    async def handle_MAIL(self, server, session, envelope, address, options):
        if self.answer_to_sender.startswith("250"):
            envelope.mail_from = address
        return self.answer_to_sender

    async def handle_RCPT(self, server, session, envelope, address, options):
        if not self.answer.startswith("250"):
            return self.answer
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        await asyncio.sleep(self.pause)
        if not self.answer_to_text.startswith("250"):
            return self.answer_to_text
        self.messages.append((envelope.rcpt_tos[0], envelope.content.decode()))
        return "250 OK"


@pytest.fixture
def post(settings):
    """A real SMTP server; `post.answer` goes to each recipient, the other two answers to sender and text."""
    handler = Post()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = Controller(handler, hostname="127.0.0.1", port=port)
    server.start()
    settings.MAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", port
    yield handler
    server.stop()


def written_to(name="request_received"):
    """Return the addresses that a mail of this name went to, in order."""
    return sorted(Mail.objects.filter(name=name).values_list("to", flat=True))
