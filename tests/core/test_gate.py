"""The gate: limits that end a child, one file of a person at a time, few in all."""

import contextlib
import functools
import io
import os
import signal
import subprocess
import sys
import threading
import time
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.utils import timezone

from core import gate
from core.judges import Refused
from core.models import Lease
from drill.bombs import expanding_pdf

pytestmark = pytest.mark.django_db


def run(judge, content=b"abc", person="1", **arguments):
    return gate.run(f"tests.gate_judges.{judge}", io.BytesIO(content), person=person, **arguments)


def why(*arguments, **more):
    with pytest.raises(Refused) as refusal:
        run(*arguments, **more)
    return refusal.value.code


def test_a_judge_reads_the_file_and_its_answer_comes_back():
    assert run("length", colour="red") == {"bytes": 3, "colour": "red"}


def test_an_upload_is_read_from_its_beginning():
    upload = SimpleUploadedFile("a.txt", b"abcd")
    upload.read()
    assert gate.run("tests.gate_judges.length", upload, person="1") == {"bytes": 4}


def test_a_refusal_names_what_was_found():
    with pytest.raises(Refused) as refusal:
        run("refuses")
    assert (refusal.value.code, refusal.value.part) == ("macro", "word/vbaProject.bin")


def test_a_child_that_never_ends_is_ended_by_its_seconds_of_work(monkeypatch):
    monkeypatch.setattr(gate, "CPU_SECONDS", 1)
    assert why("never_ends") == "complex"


def test_a_child_that_only_waits_is_ended_too(monkeypatch):
    monkeypatch.setattr(gate, "WALL_SECONDS", 1)
    began = time.monotonic()
    assert why("sleeps") == "complex"
    assert time.monotonic() - began < 10


def test_a_child_gets_no_more_memory_than_allowed():
    assert why("eats") == "complex"


def test_objects_that_need_too_much_memory_are_not_passed_over_unseen(monkeypatch):
    monkeypatch.setattr(gate, "MEMORY", 300 * 2**20)
    paper = io.BytesIO(expanding_pdf(256 * 2**20).content)
    with pytest.raises(Refused, match="complex"):
        gate.run("core.judges.pdf.judge_pdf", paper, person="1")


def test_a_child_that_says_too_much_is_not_heard_out(monkeypatch):
    monkeypatch.setattr(gate, "VERDICT_BYTES", 1000)
    assert why("talks") == "complex"


def test_a_crash_of_a_library_is_no_crash_of_ours():
    assert why("crashes") == "complex"


def test_a_fault_of_ours_is_logged_and_not_blamed_on_the_file(caplog):
    assert why("stumbles") == "later"
    assert "a fault of ours" in caplog.text


def test_a_child_holds_no_secret_and_can_write_nothing(monkeypatch):
    monkeypatch.setenv("SECRET_KEY", "x")
    assert run("surroundings") == {
        "environment": [],
        "descriptors": ["0", "1", "2"],
        "more": 0,
        "folder": "/",
        "root": False,
        "writes": False,
        "forks": False,
    }


def test_a_child_dies_with_its_parent():
    parent = """if True:
        import json, os, subprocess, sys, time
        order = {"judge": "tests.gate_judges.sleeps", "arguments": {}, "seconds": 5,
                 "bytes": 2**29, "parent": os.getpid()}
        child = subprocess.Popen([sys.executable, "-I", sys.argv[1], json.dumps(order)],
                                 stdin=subprocess.DEVNULL, start_new_session=True)
        time.sleep(3)
        print(child.pid, child.poll(), flush=True)
        time.sleep(60)"""
    with subprocess.Popen(
        [sys.executable, "-c", parent, gate.CHILD], stdout=subprocess.PIPE, text=True
    ) as process:
        pid, code = process.stdout.readline().split()
        process.kill()
    assert code == "None"
    assert _is_gone(int(pid))


def _is_gone(pid):
    for _try in range(50):
        with contextlib.suppress(FileNotFoundError), open(f"/proc/{pid}/stat") as status:
            if status.read().rpartition(")")[2].split()[0] != "Z":
                time.sleep(0.1)
                continue
        return True
    os.kill(pid, signal.SIGKILL)
    return False


def hold(name, seconds=30):
    return Lease.objects.take(name, seconds)


def test_the_next_file_of_a_person_waits_and_is_then_refused(monkeypatch):
    monkeypatch.setattr(gate, "WAIT_SECONDS", 0.5)
    hold("gate:person:1")
    began = time.monotonic()
    assert why("length") == "yours"
    assert time.monotonic() - began > 0.5
    assert run("length", person="2") == {"bytes": 3}


def test_only_few_files_are_judged_at_once(monkeypatch):
    monkeypatch.setattr(gate, "WAIT_SECONDS", 0.5)
    for number in range(gate.PLACES):
        hold(f"gate:place:{number}")
    assert why("length") == "busy"
    # The person's own turn is not lost with it.
    assert not Lease.objects.filter(name="gate:person:1").exists()


def test_a_turn_is_given_back():
    run("length")
    assert not Lease.objects.exists()


def test_the_turn_of_a_holder_that_died_ends_by_itself():
    hold("gate:person:1")
    Lease.objects.update(until=timezone.now() - timedelta(seconds=1))
    assert run("length") == {"bytes": 3}


def test_who_comes_back_too_late_does_not_end_anothers_turn():
    late = hold("a")
    Lease.objects.update(until=timezone.now() - timedelta(seconds=1))
    hold("a")
    Lease.objects.give_back("a", late)
    assert Lease.objects.filter(name="a").exists()


def test_threads_of_one_process_do_not_all_stand_in_line(monkeypatch):
    monkeypatch.setattr(gate, "_line", ["1", "1"])
    assert why("length") == "yours"
    monkeypatch.setattr(gate, "_line", ["2", "3", "4", "5"])
    assert why("length") == "busy"


def test_a_server_of_few_threads_keeps_half_of_them_for_pages(monkeypatch, settings):
    settings.WEB_THREADS = 4
    monkeypatch.setattr(gate, "_line", ["2"])
    assert run("length") == {"bytes": 3}
    monkeypatch.setattr(gate, "_line", ["2", "3"])
    assert why("length") == "busy"


def at_once(*calls):
    """Call in threads and return the answers, or codes of refusals, in any order."""
    answers = []

    def call(act):
        try:
            answers.append(act())
        except Refused as refused:
            answers.append(refused.code)
        finally:
            connection.close()

    threads = [threading.Thread(target=call, args=[act]) for act in calls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


@pytest.mark.django_db(transaction=True)
def test_a_lease_is_taken_once_in_a_race():
    tokens = at_once(*[lambda: hold("a")] * 8)
    assert len([token for token in tokens if token]) == 1


@pytest.mark.django_db(transaction=True)
def test_two_files_of_a_person_are_judged_one_after_the_other(monkeypatch):
    running, most = [], []
    judged = gate._judged

    def watched(*arguments):
        running.append(1)
        most.append(len(running))
        try:
            return judged(*arguments)
        finally:
            running.pop()

    monkeypatch.setattr(gate, "_judged", watched)
    monkeypatch.setattr(gate, "WAIT_SECONDS", 30)
    assert at_once(lambda: run("length"), lambda: run("length")) == [{"bytes": 3}] * 2
    assert max(most) == 1


@pytest.mark.django_db(transaction=True)
def test_of_eight_files_at_once_half_are_answered_while_the_others_wait(monkeypatch):
    answered, others_answered = [], threading.Event()

    def judged(*arguments):
        # Were all eight in the line, nobody would be answered before this.
        assert others_answered.wait(10)

    def upload(person):
        try:
            run("length", person=person)
        finally:
            answered.append(person)
            if len(answered) == gate.LINE:
                others_answered.set()

    monkeypatch.setattr(gate, "_judged", judged)
    monkeypatch.setattr(gate, "WAIT_SECONDS", 30)
    codes = at_once(*[functools.partial(upload, str(number % 4)) for number in range(8)])
    assert sorted(codes, key=str) == [None] * 4 + ["busy"] * 4


@pytest.mark.django_db(transaction=True)
def test_a_killed_process_leaves_no_turn_behind_for_long(monkeypatch):
    """Another process takes a turn and is killed: this one gets it when its time is over."""
    script = """if True:
        import os, django
        django.setup()
        from django.conf import settings
        settings.DATABASES["default"]["NAME"] = os.environ["NAME"]
        from core.models import Lease
        print(Lease.objects.take("gate:person:1", 2), flush=True)
        os.kill(os.getpid(), 9)"""
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "tests.settings",
        "NAME": connection.settings_dict["NAME"],
    }
    said = subprocess.run([sys.executable, "-c", script], env=environment, capture_output=True)
    assert said.stdout.strip() != b"None"
    assert Lease.objects.get().name == "gate:person:1"
    assert run("length") == {"bytes": 3}
