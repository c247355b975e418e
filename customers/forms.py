from django import forms
from django.utils.translation import gettext_lazy as _


class EndForm(forms.Form):
    """The reason why a connection ends; the other side reads it."""

    reason = forms.CharField(
        label=_("Reason"),
        help_text=_("The customer reads this."),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class VersionForm(forms.Form):
    """The version of the draft that the form was opened with."""

    version = forms.IntegerField(min_value=0, max_value=2**31 - 1)


class HandForm(forms.Form):
    """The colleague who goes on with a step; without a colleague everybody may."""

    member = forms.ChoiceField(label=_("Who works on it"), required=False, widget=forms.RadioSelect)

    def __init__(self, *args, colleagues, **kwargs):
        super().__init__(*args, **kwargs)
        people = [(str(member.pk), str(member.user)) for member in colleagues]
        self.fields["member"].is_part = True
        self.fields["member"].choices = [("", _("Any colleague")), *people]


class ApproveForm(forms.Form):
    """The reviewer's yes, with a word for the supplier."""

    comment = forms.CharField(
        label=_("Comment for the supplier"),
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 2}),
    )


class ReturnForm(ApproveForm):
    """The reviewer's no, which says what has to change."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["comment"].required = True
        self.fields["comment"].error_messages["required"] = _(
            "Say what has to change, so that they can correct it."
        )


class CodeForm(forms.Form):
    """The code that the reviewer got by mail."""

    code = forms.RegexField(
        r"^\s*\d{6}\s*$",
        label=_("Code from our e-mail"),
        widget=forms.TextInput(
            attrs={"inputmode": "numeric", "autocomplete": "one-time-code", "class": "short"}
        ),
        error_messages={"required": _("Type the code."), "invalid": _("The code has 6 digits.")},
    )

    def clean_code(self):
        return self.cleaned_data["code"].strip()


class CustomersForm(forms.Form):
    """The customers that a member works on; `chosen` are their profiles, None for all.

    The form offers what its reader sees. Profiles of the member that the reader does not see stay
    the member's.
    """

    scope = forms.ChoiceField(
        label=_("Customers"),
        choices=[("all", _("All customers, also those to come")), ("some", _("Only these"))],
        widget=forms.RadioSelect,
    )
    profiles = forms.ModelMultipleChoiceField(
        None, label=_("Which ones"), required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, profiles, *args, member, **kwargs):
        initial = {
            "scope": "all" if member.sees_all_customers else "some",
            "profiles": member.profiles.all(),
        }
        super().__init__(*args, initial=initial, **kwargs)
        self.fields["profiles"].is_part = True
        self.fields["profiles"].queryset = profiles
        unseen = member.profiles.exclude(pk__in=profiles.values("pk"))
        self.unseen = unseen.select_related("customer")
        self.fields["profiles"].label_from_instance = lambda profile: str(profile.customer)

    @property
    def chosen(self):
        if self.cleaned_data["scope"] == "all":
            return None
        return [*self.cleaned_data["profiles"], *self.unseen]
