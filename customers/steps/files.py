"""The files of a step form: the stored files, and which of several files counts."""

from datetime import date
from typing import Any

from django.core.files.uploadedfile import UploadedFile

from customers.models import Question, Upload
from customers.steps.draft import Draft, upload_id
from customers.steps.kinds import KINDS, Company


class StepFiles:
    """The files of a profile that a draft names, and the files that are chosen now."""

    def __init__(self, questions, *, draft: Draft, company: Company, profile):
        self.questions = [question for question in questions if KINDS[question.kind].stores_file]
        self.company, self.profile = company, profile
        self.stored = self._stored(draft)

    def _stored(self, draft):
        ids = {question: upload_id(draft.get(question.name)) for question in self.questions}
        # A text that stays from another kind of question is no id.
        named = [pk for pk in ids.values() if pk]
        rows = self.profile.uploads.filter(pk__in=named) if named else []
        uploads = {str(upload.pk): upload for upload in rows}
        return {question: uploads[pk] for question, pk in ids.items() if pk in uploads}

    def resolve(self, question: Question, cleaned: dict[str, Any]) -> dict[str, Any]:
        """Return the cleaned controls with the file that counts, its day and, once stored, its id.

        Precedence: new upload, company document, stored file. The day is the day that was typed;
        without it, that of the document or stored file.
        """
        document = self.company.document_for(question) if cleaned.get("own") else None
        stored = self.stored.get(question)
        upload, until = cleaned[""], cleaned.get("until")
        file = upload or document or stored
        if file and not upload:
            until = until or file.expires_on
        is_stored = file is not None and file is stored
        return {"": file, "until": until, "upload": str(file.pk) if is_stored else ""}

    def store(
        self, question: Question, upload: UploadedFile | None, own: bool, until: date | None, user
    ) -> Upload | None:
        """Store the new upload, or with `own` a copy of the company document; return its row.

        Without either it returns None, and a stored file gets the day that was typed.
        """
        if upload:
            row = Upload.keep(
                upload,
                profile=self.profile,
                question=question.pk,
                uploaded_by=user,
                expires_on=until,
            )
        elif own:
            document = self.company.document_for(question)
            row = Upload.copy_of(
                document,
                profile=self.profile,
                question=question.pk,
                uploaded_by=user,
                expires_on=until or document.expires_on,
            )
        else:
            if until and question in self.stored:
                self.stored[question].valid_until(until)
            return None
        self.stored[question] = row
        return row
