"""The ZIP that a company takes away: a CSV for each kind of thing, one JSON, and the files."""

import json
import zipfile
from typing import BinaryIO

from django.core.serializers.json import DjangoJSONEncoder
from django.db.models import F

from accounts.banks import PARTS
from accounts.models import AuditEntry, SupportRequest
from connections.models import Invitation
from core.tabular import as_csv
from customers.models import StepAnswer, Submission, Upload
from portal.leaving.models import Export

OPERATORS_NOTES = {"searches_a_day", "reports_count_from", "suspended_because"}


def write(export: Export, target: BinaryIO) -> None:
    """Write the ZIP of an export's supplier into an open file, and tell the export the progress."""
    tables = _tables(export.supplier)
    stored = [*export.supplier.documents.all(), *_uploads(export.supplier)]
    total = len(tables) + len(stored) + 1  # the last step is to store the archive
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        found = {}
        for done, (name, rows) in enumerate(tables.items(), 1):
            found[name] = list(rows)
            archive.writestr(f"{name}.csv", _csv(found[name]))
            export.advance(done, total)
        archive.writestr(
            "data.json", json.dumps(found, cls=DjangoJSONEncoder, ensure_ascii=False, indent=1)
        )
        for done, paper in enumerate(stored, len(tables) + 1):
            with paper.file.open("rb") as source:
                # Below its id: two papers may have the same name.
                path = f"files/{paper._meta.model_name}/{paper.pk}/{paper.name}"
                archive.writestr(path, source.read())
            export.advance(done, total)


def _tables(supplier):
    # {name: rows}, each row a dict of plain values; a name becomes that of a CSV file.
    return _company_tables(supplier) | _customer_tables(supplier) | _record_tables(supplier)


def _company_tables(supplier):
    columns = [field.attname for field in supplier._meta.concrete_fields]
    columns = [name for name in columns if name not in OPERATORS_NOTES]
    decided = ("status", "created_at", "decided_at")
    return {
        "company": [{name: _plain(getattr(supplier, name)) for name in columns}],
        "bank_accounts": supplier.bank_accounts.values(
            *PARTS, "is_main", "created_at", "removed_at"
        ),
        "documents": supplier.documents.values(
            "id", "detail", "name", "size", "expires_on", "uploaded_at"
        ),
        "members": supplier.memberships.values(
            "user__name", "user__email", "role", "is_active", "created_at"
        ),
        "team_invitations": supplier.team_invitations.values("email", "role", *decided),
        "join_requests": supplier.join_requests.values("user__name", "user__email", *decided),
    }


def _customer_tables(supplier):
    profiles = supplier.profiles.all()
    drafts = StepAnswer.objects.filter(profile__in=profiles)
    drafts = drafts.select_related("profile__customer", "saved_by")
    submissions = Submission.objects.filter(answer__profile__in=profiles)
    return {
        "accepted_invitations": Invitation.objects.filter(supplier=supplier).values(
            "customer__name", "email", "company", "message", "created_at", "decided_at"
        ),
        "customers": profiles.values(
            "customer__name", "stage", "created_at", "connected_at", "ended_at", "ended_because"
        ),
        "connection_requests": supplier.requests.values(
            "id", "customer__name", "requested_by__email", "contact_email", "message", "status",
            "comment", "consent_text", "consented_at", "created_at", "decided_at",
        ),
        "searches": supplier.attempts.values("user__email", "words", "cost", "created_at"),
        "drafts": map(_draft, drafts.prefetch_related("step__questions")),
        "submitted_steps": submissions.annotate(said=F("answers")).values(
            "answer__profile__customer__name", "answer__step__title_en", "answer__step__title_ko",
            "number", "said", "submitted_by__email", "submitted_at", "outcome", "decided_at",
            "comment",
        ),
        "files": _uploads(supplier).values(
            "id", "profile__customer__name", "name", "size", "expires_on", "uploaded_at"
        ),
    }  # fmt: skip


def _record_tables(supplier):
    return {
        "support_requests": SupportRequest.objects.filter(supplier=supplier).values(
            "email", "message", "page", "created_at", "closed_at"
        ),
        "notifications": supplier.notifications.values(
            "user__email", "kind", "data", "created_at", "read_at"
        ),
        "activity": AuditEntry.objects.for_supplier(supplier).values(
            "at", "kind", "actor__email", "data"
        ),
    }


def _draft(answer):
    # A file stands in the draft by its id in the table of files.
    labels = {
        question.name: question.label_en or question.label_ko
        for question in answer.step.questions.all()
    }
    values = []
    for name, text in answer.draft.items():
        question, _dash, part = name.partition("-")
        values.append({"question": labels.get(question, question), "part": part, "typed": text})
    return {
        "profile__customer__name": answer.profile.customer.name,
        "step__title_en": answer.step.title_en,
        "step__title_ko": answer.step.title_ko,
        "state": answer.status,
        "values": values,
        "saved_by__email": answer.saved_by and answer.saved_by.email,
        "saved_at": answer.saved_at,
    }


def _uploads(supplier):
    return Upload.objects.filter(profile__supplier=supplier)


def _plain(value):
    return value if value is None or isinstance(value, int | bool) else str(value)


def _csv(rows):
    # Rows are dicts of the same names: these are the first line.
    lines = [map(_cell, row.values()) for row in rows]
    return as_csv([rows[0], *lines] if rows else [])


def _cell(value):
    return json.dumps(value, ensure_ascii=False) if isinstance(value, dict | list) else value
