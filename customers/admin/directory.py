"""The directory and the profiles of suppliers with customers, for the operator."""

from django import forms
from django.contrib import admin
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts import look_alikes
from accounts.domains import registrable
from accounts.models import AuditEntry
from core.admin import action_with_form, form_page
from core.table_admin import TableAdmin
from customers.models import (
    Customer,
    CustomerContact,
    CustomerDomain,
    CustomerName,
    CustomerProfile,
    Mute,
    SearchName,
    Step,
    VendorRecord,
    setup_news,
)
from customers.models.directory import bare_number
from customers.resources import ContactResource, CustomerResource, VendorResource
from customers.search.index import index
from customers.search.names import keys
from customers.steps import export, templates

VENDORS_SHOWN = 50  # rows of the form


class ReadyMadeForm(forms.Form):
    names = forms.MultipleChoiceField(
        label=_("Steps"), choices=list(templates.NAMES.items()), widget=forms.CheckboxSelectMultiple
    )


class CopyForm(forms.Form):
    source = forms.ModelChoiceField(
        Customer.objects.filter(steps__retired_at=None, steps__isnull=False).distinct(),
        label=_("Copy from"),
    )


class FormatForm(forms.Form):
    format = forms.ChoiceField(label=_("Format"), choices=[("xlsx", "XLSX"), ("csv", "CSV")])


@look_alikes.register
def customers_like(name: str) -> list[str]:
    """Return the names of customers that a supplier's name looks like: it may pose as them."""
    letters = {spelling.letters for spelling in keys(name)}
    similar = SearchName.objects.filter(letters__in=letters).values("customer")
    customers = Customer.objects.filter(pk__in=similar)
    return list(customers.values_list("name", flat=True))


class NameInline(admin.TabularInline):
    model = CustomerName
    extra = 0


class TidyForm(forms.ModelForm):
    """A row of a table, tidied before the table looks for equal rows."""

    def clean_domain(self):
        typed = self.cleaned_data["domain"]
        return registrable(typed) or typed

    def clean_email(self):
        return self.cleaned_data["email"].lower()

    def clean_tax_number(self):
        return bare_number(self.cleaned_data["tax_number"])


class DomainInline(admin.TabularInline):
    model = CustomerDomain
    form = TidyForm
    extra = 0


class ContactInline(admin.TabularInline):
    model = CustomerContact
    form = TidyForm
    extra = 0


class VendorInline(admin.TabularInline):
    """The first vendor records; a long list is edited in its own place."""

    model = VendorRecord
    form = TidyForm
    extra = 0
    max_num = VENDORS_SHOWN


@admin.register(Customer)
class CustomerAdmin(TableAdmin):
    resource_classes = [CustomerResource]
    list_display = [
        "name", "external_number", "country", "city", "is_listed", "takes_requests", "created_at",
    ]  # fmt: skip
    list_filter = ["is_listed", "takes_requests", "country"]
    search_fields = [
        "name", "external_number", "names__name", "domains__domain", "contacts__email",
    ]  # fmt: skip
    date_hierarchy = "created_at"
    inlines = [NameInline, DomainInline, ContactInline, VendorInline]
    actions = ["add_ready_made", "copy_steps", "export_setups"]

    def get_inlines(self, request, customer):
        # A long list has its own page: here it would be slow, and too many fields to post.
        if customer and customer.vendors.count() > VENDORS_SHOWN:
            return [inline for inline in self.inlines if inline is not VendorInline]
        return self.inlines

    def save_related(self, request, form, formsets, change):
        super().save_related(request, form, formsets, change)
        # After the names, in their transaction: what suppliers search by never lags behind.
        index([form.instance.pk])

    def has_delete_permission(self, request, obj=None):
        return False

    @action_with_form(_("Add ready-made steps"), ReadyMadeForm)
    def add_ready_made(self, request, customer, given):
        templates.add(customer, given["names"])
        setup_news.tell_suppliers_soon(customer)

    @action_with_form(_("Copy the steps of another customer"), CopyForm)
    def copy_steps(self, request, customer, given):
        if given["source"] != customer:
            Step.copy_all(given["source"], customer)
            setup_news.tell_suppliers_soon(customer)

    def has_read_setups_permission(self, request):
        # The export holds what suppliers answered.
        return request.user.has_perm("customers.view_submission")

    @admin.action(description=_("Export setups"), permissions=["read_setups"])
    def export_setups(self, request, queryset):
        form = FormatForm(request.POST if "apply" in request.POST else None)
        if not form.is_valid():
            return form_page(self, request, queryset, form, _("Export setups"), "export_setups")
        kind, now = form.cleaned_data["format"], timezone.now()
        with transaction.atomic():
            for customer in queryset:
                AuditEntry.objects.record(
                    "setups_exported",
                    about=customer,
                    actor=request.user,
                    at=now,
                    audience=AuditEntry.OPERATOR,
                    format=kind,
                )
            return export.download(list(queryset), kind)


@admin.register(CustomerContact)
class CustomerContactAdmin(TableAdmin):
    form = TidyForm
    resource_classes = [ContactResource]
    list_display = [
        "email", "name", "customer", "gets_requests", "is_published", "reviews_setups",
    ]  # fmt: skip
    list_filter = ["gets_requests", "is_published", "reviews_setups"]
    list_select_related = ["customer"]
    search_fields = ["email", "name", "customer__name", "customer__external_number"]
    autocomplete_fields = ["customer"]


@admin.register(VendorRecord)
class VendorRecordAdmin(TableAdmin):
    resource_classes = [VendorResource]
    list_display = ["name", "customer", "email", "tax_number"]
    list_select_related = ["customer"]
    search_fields = ["name", "customer__name", "email", "tax_number"]
    autocomplete_fields = ["customer"]


@admin.register(CustomerProfile)
class CustomerProfileAdmin(admin.ModelAdmin):
    list_display = ["supplier", "customer", "stage", "connected_at", "ended_at", "extra_requests"]
    list_filter = ["stage"]
    list_select_related = ["supplier", "customer"]
    search_fields = ["supplier__name", "customer__name"]
    fields = [
        "supplier",
        "customer",
        "stage",
        "waiting_until",
        "connected_at",
        "ended_at",
        "ended_because",
        "extra_requests",
        "members",
    ]
    readonly_fields = [
        "supplier",
        "customer",
        "stage",
        "waiting_until",
        "connected_at",
        "ended_at",
        "ended_because",
    ]
    actions = ["end"]

    def formfield_for_manytomany(self, field, request, **kwargs):
        profile = request.resolver_match.kwargs.get("object_id")
        people = (
            field.related_model.objects.active()
            .filter(supplier__profiles=profile)
            .select_related("user", "supplier")
        )
        return super().formfield_for_manytomany(field, request, queryset=people, **kwargs)

    def has_add_permission(self, request):
        return False

    def has_delete_permission(self, request, obj=None):
        return False

    def save_model(self, request, profile, form, change):
        # Nothing else is written: requests and invitations may have moved the rest meanwhile.
        if "extra_requests" in form.changed_data:
            profile.allow_requests(profile.extra_requests, now=timezone.now(), actor=request.user)

    @action_with_form(_("End the connection"))
    def end(self, request, profile, given):
        profile.end(given["reason"], now=timezone.now(), actor=request.user)


@admin.register(Mute)
class MuteAdmin(admin.ModelAdmin):
    list_display = ["address", "supplier", "at"]
    list_select_related = ["supplier"]
    search_fields = ["address", "supplier__name"]
    autocomplete_fields = ["supplier"]
