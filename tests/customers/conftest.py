"""A connected customer, a step of all kinds, and Ada who opens and posts it."""

import pytest
from django.urls import reverse

from tests.builders import connect, make_step

KINDS = [
    "text", "long_text", "email", "phone", "number", "date", "yes_no",
    {"kind": "one_choice", "choices": "Yes, general | 일반\nNo | 아니요"},
    {"kind": "several_choices", "choices": "Packaging | 포장재\nLab | 실험"},
    "country", "registration", "bank_account", "file",
    {"kind": "acknowledgement", "document_text_en": "Be good."},
]  # fmt: skip


def names(step):
    """Return {kind: name of the control} of a step's questions."""
    return {question.kind: question.name for question in step.questions.all()}


@pytest.fixture
def profile(ada_at_acme, organon):
    return connect(ada_at_acme, organon)


@pytest.fixture
def step(organon):
    return make_step(organon, "Everything", *KINDS)


@pytest.fixture
def page(profile, client_of, ada):
    """page(step, data, what) posts to a step as Ada; without data it opens it."""
    client = client_of(ada)

    def open_page(step, data=None, what="step_save"):
        if data is None:
            return client.get(reverse("customers:step", args=[profile.pk, step.pk]))
        return client.post(
            reverse(f"customers:{what}", args=[profile.pk, step.pk]), {"version": 0} | data
        )

    open_page.client = client
    return open_page
