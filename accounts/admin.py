"""Suppliers, people, their questions and the record, for the operator."""

from django import forms
from django.contrib import admin, messages
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.forms import AdminUserCreationForm
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts import account_closing, look_alikes
from accounts.models import (
    AuditEntry,
    BankAccount,
    JoinRequest,
    LastAdmin,
    Membership,
    Role,
    Supplier,
    SupportRequest,
    TeamInvitation,
    User,
)
from accounts.models.addresses import AddressTaken, change_address
from accounts.models.devices import mail_security
from accounts.names import mixes_scripts
from core.admin import ReadOnlyAdmin, ReasonForm, action_with_form, form_page
from core.states import AlreadyDecided

LOOK_ALIKES_SHOWN = 5


class MembershipInline(admin.TabularInline):
    """The people who work here, to read.

    Actions on members change them: these tell the person, and record the reason.
    """

    model = Membership
    fields = readonly_fields = ["user", "role", "sees_all_customers", "is_active"]
    extra = 0
    can_delete = False
    show_change_link = True

    def has_add_permission(self, request, obj=None):
        return False


class NumbersForm(forms.Form):
    """The registration numbers that the operator sees.

    The page posts them back, so that exactly these count as checked.
    """

    def __init__(self, data, suppliers):
        super().__init__(data)
        read_only = forms.TextInput(attrs={"readonly": True})
        for supplier in suppliers:
            self.fields[str(supplier.pk)] = forms.CharField(
                label=supplier.name,
                initial=supplier.registration_number,
                widget=read_only,
                required=False,
            )


@admin.register(Supplier)
class SupplierAdmin(admin.ModelAdmin):
    list_display = [
        "name",
        "country",
        "registration_number",
        "is_suspended",
        "searches_a_day",
        "created_at",
    ]
    list_filter = [
        ("suspended_at", admin.EmptyFieldListFilter),
        ("registration_verified_at", admin.EmptyFieldListFilter),
        "country",
    ]
    search_fields = ["name", "english_name", "registration_number", "memberships__user__email"]
    date_hierarchy = "created_at"
    readonly_fields = [
        "warnings",
        "registration_verified_at",
        "suspended_at",
        "suspended_because",
        "created_at",
    ]
    inlines = [MembershipInline]
    actions = ["verify_number", "suspend", "lift_suspension"]

    def has_delete_permission(self, request, obj=None):
        return False

    def save_model(self, request, obj, form, change):
        # By the verbs that the supplier's admins use: they record the change, and have a new number
        # checked.
        if not change:
            super().save_model(request, obj, form, change)
            return
        changed, now = set(form.changed_data), timezone.now()
        if "searches_a_day" in changed:
            obj.allow_searches(obj.searches_a_day, now=now, actor=request.user)
        if "requires_second_factor" in changed:
            obj.require_second_factor(obj.requires_second_factor, now=now, actor=request.user)
        if details := changed - {"searches_a_day", "requires_second_factor"}:
            obj.change_details(details, now=now, actor=request.user)

    @admin.display(description=_("warnings"))
    def warnings(self, supplier):
        # Real names mix alphabets and look alike too: the operator is warned, nothing is refused.
        found = [_("The name mixes alphabets.")] if mixes_scripts(supplier.name) else []
        names = look_alikes.names_like(supplier)[:LOOK_ALIKES_SHOWN]
        found += [_("Looks like %(name)s.") % {"name": name} for name in names]
        return " ".join(map(str, found)) or "–"

    @admin.display(boolean=True, description=_("suspended"))
    def is_suspended(self, supplier):
        return supplier.is_suspended

    @admin.action(description=_("Registration number is verified"), permissions=["change"])
    def verify_number(self, request, queryset):
        suppliers = queryset.exclude(registration_number="")
        form = NumbersForm(request.POST if "apply" in request.POST else None, suppliers)
        if not form.is_valid():
            title = _("Registration number is verified")
            return form_page(self, request, suppliers, form, title, "verify_number")
        for supplier in suppliers:
            number = form.cleaned_data[str(supplier.pk)]
            try:
                supplier.verify_number(number, now=timezone.now(), actor=request.user)
            except AlreadyDecided:
                words = _("%(supplier)s has changed its number. Check the new one.") % {
                    "supplier": supplier
                }
                self.message_user(request, words, messages.WARNING)
        return None

    @action_with_form(_("Suspend"))
    def suspend(self, request, supplier, given):
        supplier.suspend(given["reason"], now=timezone.now(), actor=request.user)

    @action_with_form(_("Lift the suspension"))
    def lift_suspension(self, request, supplier, given):
        supplier.lift_suspension(given["reason"], now=timezone.now(), actor=request.user)


class RoleReasonForm(ReasonForm):
    role = forms.ChoiceField(label=_("Role"), choices=Role.choices)


@admin.register(Membership)
class MembershipAdmin(ReadOnlyAdmin):
    """People at suppliers; the operator changes them by the verbs of the supplier's admins."""

    list_display = ["user", "supplier", "role", "is_active", "created_at"]
    list_filter = ["role", "is_active"]
    list_select_related = ["supplier", "user"]
    search_fields = ["supplier__name", "user__email", "user__name"]
    date_hierarchy = "created_at"
    actions = ["change_role", "deactivate", "reactivate"]

    @action_with_form(_("Change the role"), RoleReasonForm, permission="decide")
    def change_role(self, request, member, given):
        self._try(request, member, member.change_role, given["role"], reason=given["reason"])

    @action_with_form(_("Deactivate"), permission="decide")
    def deactivate(self, request, member, given):
        self._try(request, member, member.deactivate, reason=given["reason"])

    @action_with_form(_("Reactivate"), permission="decide")
    def reactivate(self, request, member, given):
        self._try(request, member, member.reactivate, reason=given["reason"])

    def _try(self, request, member, verb, *arguments, reason):
        try:
            verb(*arguments, now=timezone.now(), actor=request.user, reason=reason)
        except LastAdmin:
            words = _("%(row)s: the company needs an admin. Make somebody else an admin first.")
            self.message_user(request, words % {"row": member}, messages.ERROR)


@admin.register(BankAccount)
class BankAccountAdmin(ReadOnlyAdmin):
    """Suppliers' bank accounts, to look at when a supplier calls; suppliers change them."""

    list_display = [
        "supplier",
        "bank",
        "number",
        "iban",
        "holder",
        "is_main",
        "created_at",
        "removed_at",
    ]
    list_select_related = ["supplier"]
    list_filter = [("removed_at", admin.EmptyFieldListFilter)]
    search_fields = ["supplier__name", "number", "iban", "holder"]


class AddressReasonForm(ReasonForm):
    email = forms.EmailField(label=_("New e-mail"), max_length=254)

    def clean_email(self):
        return User.objects.normalize_email(self.cleaned_data["email"])


class PersonCreationForm(AdminUserCreationForm):
    class Meta:
        model = User
        fields = ["email", "name"]


@admin.register(User)
class PersonAdmin(UserAdmin):
    add_form = PersonCreationForm
    list_display = ["email", "name", "is_active", "is_staff", "last_login"]
    list_filter = ["is_active", "is_staff"]
    search_fields = ["email", "name"]
    ordering = ["email"]
    readonly_fields = ["last_login", "date_joined", "closed_at"]
    actions = ["change_email", "reopen"]
    fieldsets = [
        (None, {"fields": ["email", "password", "name", "job_title", "language", "time_zone"]}),
        (
            _("Rights"),
            {"fields": ["is_active", "is_staff", "is_superuser", "groups", "user_permissions"]},
        ),
        (_("Since"), {"fields": ["date_joined", "last_login", "closed_at"]}),
    ]
    add_fieldsets = [
        (None, {"fields": ["email", "name", "usable_password", "password1", "password2"]})
    ]

    def get_readonly_fields(self, request, obj=None):
        locked = [*self.readonly_fields]
        if obj:
            locked.append("email")  # changed by the action, which ends sessions and mails
        if obj and obj.closed_at:
            locked.append("is_active")  # changed by the action `reopen`
        # Only superusers give rights: changing people must not be a way to more power.
        if not request.user.is_superuser:
            locked += ["is_staff", "is_superuser", "groups", "user_permissions"]
        return locked

    def has_change_permission(self, request, obj=None):
        allowed = super().has_change_permission(request, obj)
        return allowed and (request.user.is_superuser or not (obj and obj.is_staff))

    def has_delete_permission(self, request, obj=None):
        return False

    def user_change_password(self, request, id, form_url=""):
        # The person gets a mail, as after any change of their password.
        answer = super().user_change_password(request, id, form_url)
        if request.method == "POST" and answer.status_code == 302:
            mail_security(User.objects.get(pk=id), "password_changed", now=timezone.now())
        return answer

    def has_address_permission(self, request):
        # Superusers only: whoever can change an address can sign in as that person.
        return request.user.is_superuser

    @action_with_form(_("Change the e-mail"), AddressReasonForm, permission="address")
    def change_email(self, request, person, given):
        try:
            change_address(
                person,
                given["email"],
                now=timezone.now(),
                actor=request.user,
                reason=given["reason"],
            )
        except AddressTaken:
            self.message_user(
                request, _("Somebody else signs in with this address."), messages.ERROR
            )
        else:
            account_closing.end_sessions(person)

    @action_with_form(_("Bring a closed account back"))
    def reopen(self, request, person, given):
        account_closing.reopen_account(
            person, now=timezone.now(), actor=request.user, reason=given["reason"]
        )


@admin.register(TeamInvitation)
class TeamInvitationAdmin(ReadOnlyAdmin):
    """Invitations of suppliers' admins to their colleagues."""

    list_display = ["created_at", "supplier", "email", "role", "invited_by", "status", "expires_at"]
    list_filter = ["status", "role"]
    list_select_related = ["supplier", "invited_by"]
    search_fields = ["supplier__name", "email"]
    date_hierarchy = "created_at"


class WhoDecides(admin.SimpleListFilter):
    title = _("who decides")
    parameter_name = "decides"

    def lookups(self, request, model_admin):
        return [("operator", _("the operator, now"))]

    def queryset(self, request, queryset):
        return queryset.for_operator() if self.value() == "operator" else queryset


@admin.register(JoinRequest)
class JoinRequestAdmin(ReadOnlyAdmin):
    """Requests to join; the operator decides only where a company has no admin who could."""

    list_display = ["created_at", "supplier", "user", "as_admin", "status", "decided_at"]
    list_filter = [WhoDecides, "status", "as_admin"]
    list_select_related = ["supplier", "user"]
    search_fields = ["supplier__name", "user__email"]
    date_hierarchy = "created_at"
    actions = ["make_admin", "decline"]

    @action_with_form(_("Let in as admin"), permission="decide")
    def make_admin(self, request, asked, given):
        self._for_operator(asked).accept(
            Role.ADMIN, now=timezone.now(), actor=request.user, reason=given["reason"]
        )

    @action_with_form(_("Decline"), permission="decide")
    def decline(self, request, asked, given):
        self._for_operator(asked).decline(
            now=timezone.now(), actor=request.user, reason=given["reason"]
        )

    @staticmethod
    def _for_operator(asked):
        # Where the company has an admin, the decision is theirs.
        if not JoinRequest.objects.for_operator().filter(pk=asked.pk).exists():
            raise AlreadyDecided
        return asked


@admin.register(SupportRequest)
class SupportRequestAdmin(ReadOnlyAdmin):
    list_display = ["created_at", "email", "supplier", "page", "closed_at"]
    list_filter = [("closed_at", admin.EmptyFieldListFilter)]
    list_select_related = ["supplier"]
    search_fields = ["email", "message", "supplier__name"]
    date_hierarchy = "created_at"
    actions = ["close"]

    @admin.action(description=_("Close"), permissions=["decide"])
    def close(self, request, queryset):
        queryset.unanswered().update(closed_at=timezone.now())


@admin.register(AuditEntry)
class AuditEntryAdmin(ReadOnlyAdmin):
    list_display = ["at", "kind", "actor", "address", "supplier", "audience", "data"]
    list_filter = ["kind", "audience"]
    list_select_related = ["actor", "supplier"]
    search_fields = ["supplier__name", "actor__email", "address", "object_id"]
    date_hierarchy = "at"


admin.site.register_queue(
    _("Support requests"),
    lambda: SupportRequest.objects.unanswered().count(),
    "accounts/supportrequest/?closed_at__isempty=1",
)
admin.site.register_queue(
    _("Suspended suppliers"),
    lambda: Supplier.objects.suspended().count(),
    "accounts/supplier/?suspended_at__isempty=0",
)
admin.site.register_queue(
    _("Companies without an admin: who asks to be it"),
    lambda: JoinRequest.objects.for_operator().count(),
    "accounts/joinrequest/?decides=operator",
)
