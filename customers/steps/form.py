"""A step as a form: to answer it, to keep a draft, and for the operator's preview."""

from django import forms
from django.utils.datastructures import MultiValueDict

from core.languages import both
from customers.models import CustomerProfile, Question
from customers.steps import draft as drafts
from customers.steps.files import StepFiles
from customers.steps.kinds import KINDS, Company


class StepForm(forms.Form):
    """The questions of a step, bound to what was posted, the saved draft or the company details.

    With `partial` nothing is required; without a `profile` it is a preview. `draft` is the text to
    save. Once checked, `answers` is what a submission keeps, and `lost_files` says whether a file
    was chosen that the form refuses.
    """

    use_required_attribute = False  # a draft needs nothing

    def __init__(
        self,
        questions,
        *,
        saved_draft: drafts.Draft,
        profile: CustomerProfile | None = None,
        posted: MultiValueDict | None = None,
        files=None,
        partial: bool = True,
    ):
        super().__init__(files=files, label_suffix="")
        self.partial = partial
        self.company = Company(profile.supplier if profile else None)
        self.controls = {question: self._add_controls(question) for question in questions}
        if posted is None:
            self.draft = drafts.from_saved(self.controls, saved_draft, self.company, profile)
        else:
            self.draft = drafts.from_post(self.controls, self.fields, posted, saved_draft)
        self.data = drafts.as_data(self.draft)
        self.is_bound = True
        self.step_files = StepFiles(
            self.controls, draft=self.draft, company=self.company, profile=profile
        )
        self.answers: list[dict] = []
        self.lost_files = False

    def _add_controls(self, question):
        kind, names = KINDS[question.kind], {}
        for suffix, field in kind.controls(question, self.company).items():
            field.required = question.is_required and not kind.is_composed
            field.error_messages["required"] = kind.missing(question)
            field.is_part = bool(suffix)
            if not suffix:
                field.label, field.help_text = question.label, question.help
            names[suffix] = drafts.control_name(question, suffix)
            self.fields[names[suffix]] = field
        return names

    @property
    def questions(self) -> list[Question]:
        return list(self.controls)

    def clean(self):
        if self.partial:
            self._excuse_what_is_missing()
        country = self._country()
        self.answers = []
        for question, names in self.controls.items():
            if not any(name in self.errors for name in names.values()):
                self._answer(question, country)
            elif KINDS[question.kind].stores_file and question.name in self.errors:
                self.lost_files = True
        return self.cleaned_data

    def _excuse_what_is_missing(self):
        for name, errors in list(self.errors.items()):
            if errors.as_data()[0].code == "required":
                del self.errors[name]

    def _country(self):
        # Its rules check registration numbers: the answered country, or the supplier's own.
        for question in self.controls:
            if KINDS[question.kind].gives_country:
                return self.cleaned_data.get(question.name) or self.company.country
        return self.company.country

    def _answer(self, question, country):
        kind, names = KINDS[question.kind], self.controls[question]
        cleaned = {suffix: self.cleaned_data.get(name) for suffix, name in names.items()}
        if kind.stores_file:
            cleaned = self.step_files.resolve(question, cleaned)
        try:
            value = kind.clean(question, cleaned, country)
            if value is not None and not self.partial:
                kind.check_submission(question, value)
        except forms.ValidationError as error:
            self._blame(question, error)
            return
        if value is None and question.is_required and not self.partial:
            self.add_error(next(iter(names.values())), kind.missing(question))
        self.answers.append(
            {
                "question": str(question.pk),
                "kind": question.kind,
                "label": both(question, "label"),
                "value": value,
            }
        )

    def _blame(self, question, error):
        if hasattr(error, "error_dict"):
            for suffix, errors in error.error_dict.items():
                self.add_error(drafts.control_name(question, suffix), errors)
        else:
            self.add_error(question.name, error)

    def store_files(self, user) -> None:
        """Store the sound files that were chosen, and name them in the draft and the answers.

        A file is stored also when its day is missing or wrong.
        """
        values = {answer["question"]: answer["value"] for answer in self.answers}
        for question in self.step_files.questions:
            names = self.controls[question]
            # Taken out of the data: a form that is saved twice stores its files once.
            upload = self.cleaned_data.pop(names[""], None)
            own = self.cleaned_data.pop(names.get("own"), None)
            until = self.cleaned_data.get(names.get("until"))
            if stored := self.step_files.store(question, upload, own, until, user):
                self._name_file(question, stored, values.get(str(question.pk)))

    def _name_file(self, question, stored, value):
        names = self.controls[question]
        if value:
            value |= {"upload": str(stored.pk), "name": stored.name}
        self.draft[names[""]] = str(stored.pk)
        if "own" in names:
            self.draft[names["own"]] = ""
        if "until" in names and stored.expires_on:
            self.draft[names["until"]] = stored.expires_on.isoformat()

    def forget_file(self, question_pk) -> bool:
        """Take a question's stored file out of the draft; return whether it had a file."""
        for question in self.step_files.stored:
            if question.pk == question_pk:
                self.draft[question.name] = ""
                return True
        return False
