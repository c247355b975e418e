"""A step as a form: for answering, for drafts as they were typed, and for the operator's preview."""

import re
from dataclasses import dataclass

from django import forms
from django.utils import timezone
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext as _

from core.languages import both
from core.models import today
from core.tabular import plain
from customers.models.answers import Upload
from customers.models.steps import Kind
from customers.steps.kinds import KINDS, choice_label

_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
COMPOSED = (
    Kind.BANK_ACCOUNT,
    Kind.FILE,
)  # several controls make the answer: what is missing is told by the whole


@dataclass
class Asked:
    """A question with its controls as the page shows them."""

    question: object
    fields: list
    stored: Upload | None  # the file that answers it now
    offered: object | None  # the company document that could
    theirs: list | None = None  # what a colleague saved meanwhile, where it differs
    is_new: bool = False  # asked, or asked otherwise, since the last answer

    @property
    def field(self):
        return self.fields[0]


class StepForm(forms.Form):
    """The questions of a step, always bound: to `posted`, else to the draft `kept`, else to the company details.

    `typed` is what a draft keeps: {control: text or list of texts}, files by id. With `partial` nothing is required. Once
    checked, `said` is what a submission keeps (read by `customers.steps.reading`), and `lost_files` says whether a chosen file was refused.
    Without a `profile` it is a preview.
    """

    use_required_attribute = False  # a draft needs nothing

    def __init__(
        self, questions, *, profile, kept, posted=None, files=None, partial=True, person=None
    ):
        super().__init__(files=files, label_suffix="")
        self.person = person  # whose new files are judged
        self.questions, self.profile, self.partial = list(questions), profile, partial
        self.supplier = profile.supplier if profile else None
        self.offers = self._offers()
        for question in self.questions:
            for suffix, control in self._controls(question).items():
                self.fields[_name(question, suffix)] = self._prepared(question, suffix, control)
        self.kept = kept
        self.agreed = {
            one.name: str(one.version) for one in self.questions if one.kind == Kind.ACKNOWLEDGEMENT
        }
        self.typed = self._typed(posted) if posted is not None else self._begun()
        texts = {name: one if isinstance(one, list) else [one] for name, one in self.typed.items()}
        self.data = MultiValueDict(
            {name: [text for text in one if text] for name, one in texts.items()}
        )
        self.is_bound = True
        self.stored = self._stored()
        self.said, self.lost_files, self.theirs = [], False, None

    def _offers(self):
        """The company documents that questions for a file may be answered with, by question."""
        kinds = {
            one.pk: one.prefill for one in self.questions if one.kind == Kind.FILE and one.prefill
        }
        found = (
            {one.detail: one for one in self.supplier.documents.newest()}
            if kinds and self.supplier
            else {}
        )
        return {pk: found[kind] for pk, kind in kinds.items() if kind in found}

    def _controls(self, question):
        controls = KINDS[question.kind].controls(question, self.supplier)
        if question.pk in self.offers:
            controls["own"] = forms.BooleanField(
                label=_("Use “%(file)s” from your company documents")
                % {"file": self.offers[question.pk].name}
            )
        return controls

    def _prepared(self, question, suffix, control):
        control.required = (
            question.is_required and question.kind not in COMPOSED and suffix != "own"
        )
        control.error_messages["required"] = missing(question)
        control.is_part = bool(suffix)
        if isinstance(control, forms.FileField):
            control.person = self.person
        if not suffix:
            control.label, control.help_text = question.label, question.help
        return control

    def _typed(self, posted):
        """What stands in the controls of a POST, as it is; files stay those of the draft."""
        typed = {}
        for name, control in self.fields.items():
            if isinstance(control, forms.FileField):
                typed[name] = (self.kept or {}).get(name, "")
            elif isinstance(control, forms.MultipleChoiceField):
                typed[name] = [_tidy(one) for one in posted.getlist(name)[:100]]
            else:
                typed[name] = _tidy(posted.get(name, ""))
        return typed | {name: version for name, version in self.agreed.items() if typed[name]}

    def _begun(self):
        """The draft; questions that it does not know yet begin with the company details.

        It keeps which version of a document was agreed to: another one has to be agreed to anew.
        """
        kept = {
            name: text
            for name, text in (self.kept or {}).items()
            if self.agreed.get(name, text) == text
        }
        for question in self.questions:
            if question.kind != Kind.FILE and self._is_file(kept.get(question.name)):
                del kept[question.name]
        new = [
            one
            for one in self.questions
            if not any(name in kept for _suffix, name in self._names(one))
        ]
        return kept | self._prefilled(new)

    def _is_file(self, text):
        """Whether a draft's text is no text: the question asked for a file before."""
        return (
            isinstance(text, str)
            and _ID.fullmatch(text)
            and self.profile.uploads.filter(pk=text).exists()
        )

    def _prefilled(self, questions):
        typed = {}
        details = self.supplier.details() if self.supplier else {}
        for question in questions:
            if question.kind == Kind.BANK_ACCOUNT and question.prefill and self.supplier:
                account = self.supplier.bank_accounts.main()
                parts = account.values() if account else {}
            elif question.pk in self.offers:
                parts = {
                    "own": "" if self.offers[question.pk].has_expired(timezone.now()) else "on"
                }
            else:
                parts = {"": details.get(question.prefill, "")}
            typed |= {_name(question, suffix): text for suffix, text in parts.items()}
        return typed

    def _stored(self):
        """The files that the draft names, by the name of their control; text of a question that was none then is no name."""
        named = {
            one.name: self.typed.get(one.name) for one in self.questions if one.kind == Kind.FILE
        }
        ids = [text for text in named.values() if isinstance(text, str) and _ID.fullmatch(text)]
        rows = {str(row.pk): row for row in self.profile.uploads.filter(pk__in=ids)} if ids else {}
        return {name: rows[pk] for name, pk in named.items() if isinstance(pk, str) and pk in rows}

    # Checking -------------------------------------------------------------------------------------------------

    def clean(self):
        if self.partial:
            for name in [
                name for name, wrong in self.errors.items() if wrong.as_data()[0].code == "required"
            ]:
                del self.errors[name]
        country = self._country()
        self.said = []
        for question in self.questions:
            cleaned = {
                suffix: self.cleaned_data.get(name) for suffix, name in self._names(question)
            }
            if any(name in self.errors for _suffix, name in self._names(question)):
                self.lost_files |= question.kind == Kind.FILE and question.name in self.errors
                continue
            try:
                value = self._value(question, cleaned, country)
            except forms.ValidationError as error:
                self._blame(question, error)
                continue
            if value is None and question.is_required and not self.partial:
                self.add_error(self._names(question)[0][1], missing(question))
            label = both(question, "label")
            self.said.append(
                {
                    "question": str(question.pk),
                    "kind": question.kind,
                    "label": label,
                    "value": value,
                }
            )
        return self.cleaned_data

    def _names(self, question):
        """The controls of a question as [(suffix, name)], the first one first."""
        start = question.name
        return [
            (name[len(start) + 1 :], name)
            for name in self.fields
            if name.partition("-")[0] == start
        ]

    def _value(self, question, cleaned, country):
        if question.kind != Kind.FILE:
            return KINDS[question.kind].clean(cleaned, question, country)
        return self._file(question, cleaned)

    def _file(self, question, cleaned):
        """The file as a submission names it; None without one. A new file goes before the company's, that before the stored one."""
        chosen = cleaned[""] or (
            self.offers[question.pk] if cleaned.get("own") else self.stored.get(question.name)
        )
        if not chosen:
            return None
        until = cleaned.get("until") or (None if cleaned[""] else chosen.expires_on)
        if question.asks_expiry and not until and not self.partial:
            raise forms.ValidationError({"until": _("Say until when it is valid.")})
        if question.asks_expiry and not self.partial and until < today(timezone.now()):
            raise forms.ValidationError(
                {"until": _("This day has passed. Choose a file that is still valid.")}
            )
        pk = str(chosen.pk) if isinstance(chosen, Upload) else ""
        return {"upload": pk, "name": chosen.name, "until": until.isoformat() if until else None}

    def _country(self):
        """The country whose rule checks numbers: the one that the step asks for, else the supplier's."""
        asked = next((one for one in self.questions if one.kind == Kind.COUNTRY), None)
        return (asked and self.cleaned_data.get(asked.name)) or str(
            self.supplier.country if self.supplier else ""
        )

    def _blame(self, question, error):
        if hasattr(error, "error_dict"):
            for suffix, errors in error.error_dict.items():
                self.add_error(_name(question, suffix), errors)
        else:
            self.add_error(question.name, error)

    # Keeping --------------------------------------------------------------------------------------------------

    def store_files(self, user):
        """Store the files that were chosen and are sound, once, and name them in `typed` and `said`.

        A file is stored also when its date is missing or wrong; one that stays gets the date that was typed. One for
        which there is no room is an error of its question.
        """
        said = {one["question"]: one["value"] for one in self.said}
        for question in self.questions:
            if question.kind == Kind.FILE:
                try:
                    self._store(question, said.get(str(question.pk)), user)
                except forms.ValidationError as no_room:
                    self.add_error(question.name, no_room)
                    self.lost_files = True

    def _store(self, question, value, user):
        name, day = question.name, f"{question.name}-until"
        chosen, own = self.cleaned_data.pop(name, None), self.cleaned_data.pop(f"{name}-own", None)
        until = self.cleaned_data.get(day)
        about = {"profile": self.profile, "question": question.pk, "actor": user}
        about["now"] = timezone.now()
        if chosen:
            stored = Upload.add(chosen, expires_on=until, **about)
        elif own:
            until = until or self.offers[question.pk].expires_on
            stored = Upload.adopt(self.offers[question.pk], expires_on=until, **about)
        else:
            if until and name in self.stored:
                self.stored[name].valid_until(until)
            return
        if value:
            value |= {"upload": str(stored.pk), "name": stored.name}
        self.typed |= {name: str(stored.pk), f"{name}-own": ""}
        if until and question.asks_expiry:
            self.typed[day] = until.isoformat()
        self.stored[name] = stored

    def forget_file(self, name):
        """Take a stored file out of the draft."""
        self.typed[name] = ""
        for one in self.said:
            if name == f"q{one['question'].replace('-', '')}":
                one["value"] = None

    def compare(self, theirs):
        """Remember a colleague's draft, to show beside each question what they saved otherwise."""
        self.theirs = theirs

    def asked(self, answered=None):
        """The questions as the page shows them; `answered` is the version of the step that was answered last, if any was."""
        return [
            Asked(
                question,
                [self[name] for _suffix, name in self._names(question)],
                self.stored.get(question.name),
                self.offers.get(question.pk),
                self._theirs(question),
                answered is not None and question.version > answered,
            )
            for question in self.questions
        ]

    def _theirs(self, question):
        """What a colleague typed for the question, as lines; None where it is the same or there is no conflict."""
        if self.theirs is None:
            return None
        names = [name for _suffix, name in self._names(question)]
        if all((self.theirs.get(name) or "") == (self.typed.get(name) or "") for name in names):
            return None
        if question.kind == Kind.FILE:
            return [_("another file")]
        if question.kind == Kind.ACKNOWLEDGEMENT:
            return [_("Read and agreed")] if self.theirs.get(question.name) else []
        return [choice_label(line) for name in names for line in _lines(self.theirs.get(name))]


def missing(question):
    """What to say where a required answer is missing."""
    if question.kind == Kind.FILE:
        return _("Choose a file: %(question)s") % {"question": question.label}
    if question.kind == Kind.ACKNOWLEDGEMENT:
        return _("Confirm this to submit: %(question)s") % {"question": question.label}
    return _("Answer this: %(question)s") % {"question": question.label}


def _name(question, suffix):
    return f"{question.name}-{suffix}" if suffix else question.name


def _tidy(text):
    """Text that the database and an export take; what is too long for its question is kept too, and said to be."""
    return plain(str(text))


def _lines(typed):
    return [line for line in (typed if isinstance(typed, list) else [typed]) if line]
