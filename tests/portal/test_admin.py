"""The operator's admin: it opens, its lists stay cheap, its actions call the verbs."""

import pytest
from django.contrib import admin
from django.contrib.auth.models import Group, Permission
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.db import connection
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import (
    AuditEntry,
    BankAccount,
    JoinRequest,
    Supplier,
    SupportRequest,
    TeamInvitation,
)
from connections.models import (
    InvitationBatch,
    Report,
    SearchAttempt,
    invitation_sending,
    request_contacts,
)
from connections.models.attempts import left
from core.models import Mail, TableImport
from customers.models import Customer, StepAnswer, Submission
from customers.resources import CustomerResource
from customers.search.find import find
from tests.builders import (
    connect,
    make_attempt,
    make_customer,
    make_request,
    make_step,
    make_supplier,
    make_user,
)

OURS = ("core", "accounts", "customers", "connections", "portal")
LISTS = [model._meta for model in admin.site._registry if model._meta.app_label in OURS]


@pytest.fixture
def browser(client_of, operator):
    return client_of(operator)


def fill(numbers):
    for number in numbers:
        supplier = make_supplier(f"S{number} Works")
        member = supplier.memberships.select_related("supplier", "user").get()
        customer = make_customer(f"C{number} Corp", contacts=[f"a@c{number}.example"])
        customer.vendors.create(name=f"V{number}")
        profile = connect(member, customer)
        StepAnswer.submit(
            profile, make_step(customer), {}, [], version=0, actor=member.user, now=timezone.now()
        )
        account = {"bank": "국민은행", "number": "123456", "holder": "S"}
        BankAccount.add(supplier, account, actor=member.user, now=timezone.now())
        make_attempt(member, customer)
        asked = make_request(
            member, make_customer(f"D{number} Corp", contacts=[f"a@d{number}.example"])
        )
        request_contacts.report(asked, now=asked.created_at, link=asked.links().get())
        supplier.mutes.create(address="x@y.example")
        row = {
            "email": f"i{number}@new.example",
            "company": "New",
            "name": "",
            "language": "en",
            "message": "",
        }
        invitation_sending.send(customer, [row], now=timezone.now(), actor=None)
        InvitationBatch.keep(
            customer, "x.csv", [row | {"line": 2}], now=timezone.now(), actor=member.user
        )
        upload = SimpleUploadedFile("x.csv", b"name\nX\n")
        TableImport.begin(CustomerResource, upload, 0, actor=member.user, now=timezone.now())
        TeamInvitation.invite(member, f"n{number}@new.example", "member", now=timezone.now())
        JoinRequest.ask(make_user(f"j{number}@join.example", "June"), supplier, now=timezone.now())
        SupportRequest.objects.create(email="x@y.example", message="Hi", supplier=supplier)


def queries_of_each_list(browser):
    """Return {model: queries of its list, searched}; a first visit fills the caches."""
    counts = {}
    for meta in LISTS:
        path = reverse(f"admin:{meta.app_label}_{meta.model_name}_changelist")
        browser.get(path)
        with CaptureQueriesContext(connection) as captured:
            assert browser.get(path, {"q": "a"}).status_code == 200, path
        counts[meta.model_name] = len(captured)
    return counts


def test_a_list_does_the_same_queries_at_2_and_6_rows(browser):
    fill(range(2))
    few = queries_of_each_list(browser)
    fill(range(2, 6))
    assert queries_of_each_list(browser) == few
    assert max(few.values()) <= 15


def test_every_row_opens(browser):
    fill(range(1))
    for meta in LISTS:
        row = meta.model.objects.first()
        path = reverse(f"admin:{meta.app_label}_{meta.model_name}_change", args=[row.pk])
        assert browser.get(path).status_code == 200, path


@pytest.mark.parametrize("meta", LISTS, ids=lambda meta: meta.model_name)
def test_an_id_that_is_none_leads_back_to_the_front_page(meta, browser):
    path = reverse(f"admin:{meta.app_label}_{meta.model_name}_change", args=["no-id"])
    assert browser.get(path).url == reverse("admin:index")


def test_the_front_page_says_what_waits(browser, ada_at_acme):
    make_request(ada_at_acme, make_customer("Nobody AB"))
    page = browser.get(reverse("admin:index")).content.decode()
    assert "Requests with no known contact" in page
    assert "<td>1</td>" in page


def act(browser, row, action, **given):
    meta = row._meta
    path = reverse(f"admin:{meta.app_label}_{meta.model_name}_changelist")
    return browser.post(path, {"action": action, "_selected_action": row.pk} | given, follow=True)


def test_a_suspension_needs_a_reason(browser, acme):
    assert "Reason" in act(browser, acme, "suspend").content.decode()
    act(browser, acme, "suspend", apply="1", reason="")
    acme.refresh_from_db()
    assert not acme.is_suspended
    act(browser, acme, "suspend", apply="1", reason="Reported by phone")
    acme.refresh_from_db()
    assert acme.is_suspended
    assert acme.suspended_because == "Reported by phone"
    page = act(browser, acme, "suspend", apply="1", reason="again").content.decode()
    assert "already decided" in page


def test_the_operator_decides_a_request_and_it_is_audited(browser, ada_at_acme, organon, operator):
    asked = make_request(ada_at_acme, organon)
    act(browser, asked, "accept", apply="1", comment="By phone")
    asked.refresh_from_db()
    assert asked.status == "accepted"
    assert asked.comment == "By phone"
    assert AuditEntry.objects.get(kind="request_accepted").actor == operator
    assert "already decided" in act(browser, asked, "decline", apply="1").content.decode()


def test_a_request_without_contact_is_sent_by_the_operator(browser, ada_at_acme):
    asked = make_request(ada_at_acme, make_customer("Nobody AB"))
    act(browser, asked, "send_to", apply="1", email="Found@nobody.example")
    assert Mail.objects.get(name="request_received").to == "found@nobody.example"


def test_nothing_is_sent_to_an_address_that_asked_for_silence(browser, ada_at_acme):
    asked = make_request(ada_at_acme, make_customer("Nobody AB"))
    ada_at_acme.supplier.mutes.create(address="found@nobody.example")
    page = act(browser, asked, "send_to", apply="1", email="Found@nobody.example").content.decode()
    asked.refresh_from_db()
    assert "asked for no more mail" in page
    assert "Done." not in page
    assert asked.no_known_contact
    assert not Mail.objects.filter(name="request_received").exists()


def test_nothing_is_sent_for_a_suspended_supplier_and_the_request_stays_in_its_queue(
    browser, ada_at_acme, now
):
    asked = make_request(ada_at_acme, make_customer("Nobody AB"))
    asked.supplier.suspend("test", now=now)
    page = act(browser, asked, "send_to", apply="1", email="found@nobody.example").content.decode()
    asked.refresh_from_db()
    assert "Lift the suspension first." in page
    assert "Done." not in page
    assert asked.no_known_contact
    assert not Mail.objects.filter(name="request_received").exists()


def test_a_refused_row_keeps_nothing_of_what_was_done_to_it(browser, acme, monkeypatch):
    def suspend(supplier, reason, *, now, actor):
        Supplier.objects.filter(pk=supplier.pk).update(name="Half done")
        raise ValidationError("Not this one.")

    monkeypatch.setattr(Supplier, "suspend", suspend)
    assert (
        "Not this one." in act(browser, acme, "suspend", apply="1", reason="test").content.decode()
    )
    acme.refresh_from_db()
    assert acme.name == "ACME Supplies"


def test_searches_are_given_back_with_a_reason(browser, ada_at_acme, organon, now):
    attempt = SearchAttempt.make(ada_at_acme, "organon", now=now)
    act(browser, attempt, "give_back", apply="1", reason="Our mistake")
    assert left(ada_at_acme, now) == 20
    assert SearchAttempt.objects.get().returned_because == "Our mistake"


def test_saving_a_customer_keeps_the_search_up_to_date(browser):
    page = reverse("admin:customers_customer_add")
    empty = {}
    for prefix in ("names", "domains", "contacts", "vendors"):
        empty |= {f"{prefix}-TOTAL_FORMS": 0, f"{prefix}-INITIAL_FORMS": 0}
    data = {"name": "Organon", "country": "US", "is_listed": "on", "takes_requests": "on"} | empty
    data |= {"names-TOTAL_FORMS": 1, "names-0-name": "오가논"}
    browser.post(page, data)
    assert find("오가논") == [Customer.objects.get()]


def test_a_customer_gets_no_free_mail_domain(browser, organon):
    organon.domains.all().delete()
    organon.names.all().delete()
    organon.contacts.all().delete()
    data = {
        "name": "Organon",
        "country": "US",
        "domains-TOTAL_FORMS": 1,
        "domains-INITIAL_FORMS": 0,
        "domains-0-domain": "gmail.com",
    }
    for prefix in ("names", "contacts", "vendors"):
        data |= {f"{prefix}-TOTAL_FORMS": 0, f"{prefix}-INITIAL_FORMS": 0}
    page = browser.post(reverse("admin:customers_customer_change", args=[organon.pk]), data)
    assert "Anybody can have an address there" in page.content.decode()


def test_a_failed_mail_is_sent_again_and_no_body_is_shown(browser, post, run_jobs):
    mail = Mail.objects.create(
        name="x",
        sender="a@b.example",
        to="c@d.example",
        language="en",
        subject="S",
        text="secret-link",
    )
    mail.fail("550 no")
    act(browser, mail, "send_again")
    mail.refresh_from_db()
    assert mail.status == "queued"
    page = browser.get(reverse("admin:core_mail_change", args=[mail.pk])).content.decode()
    assert "secret-link" not in page
    run_jobs()
    assert [to for to, _ in post.messages] == ["c@d.example"]


def test_staff_who_are_no_superusers_give_no_rights(operator, ada):
    operator.is_superuser = False
    request = RequestFactory().get("/")
    request.user = operator
    readonly = admin.site.get_model_admin(type(ada)).get_readonly_fields(request, ada)
    assert {"is_superuser", "is_staff", "groups", "user_permissions"} <= set(readonly)


def test_suppliers_do_not_enter(client_of, ada, acme):
    assert client_of(ada).get(reverse("admin:index")).status_code == 302


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("Оrganon", "Looks like Organon."),
        ("ＯＲＧＡＮＯＮ Inc.", "Looks like Organon."),
        ("Rivаl Parts", "Looks like Rival Parts."),
        ("Оrganon", "The name mixes alphabets."),
        ("Honest Tools", "–"),
    ],
)
def test_the_operator_is_warned_of_names_that_pose_as_others(name, words, browser, rival):
    make_customer("Organon", searchable=True)
    supplier = make_supplier("Plain", admin=make_user("plain@plain.example"))
    supplier.name = name
    supplier.save()
    page = browser.get(
        reverse("admin:accounts_supplier_change", args=[supplier.pk])
    ).content.decode()
    assert words in page


@pytest.fixture
def staff(db):
    """An operator who is no superuser, in the ready-made group."""
    call_command("operators", verbosity=0)
    user = make_user("sam@portal.example", "Sam", is_staff=True, language="en")
    user.groups.add(Group.objects.get(name="Operators"))
    return user


def test_the_ready_made_group_opens_every_list_of_ours_and_no_rights(staff, client_of):
    client = client_of(staff)
    for meta in LISTS:
        path = reverse(f"admin:{meta.app_label}_{meta.model_name}_changelist")
        assert client.get(path).status_code == 200, meta
    assert client.get("/admin/").status_code == 200
    assert client.get(reverse("admin:auth_group_changelist")).status_code == 403


@pytest.mark.parametrize(
    ("meta", "action"),
    [
        (JoinRequest._meta, "make_admin"),
        (JoinRequest._meta, "decline"),
        (SupportRequest._meta, "close"),
        (Mail._meta, "send_again"),
        (Report._meta, "handled"),
        (SearchAttempt._meta, "give_back"),
        (Submission._meta, "approve"),
    ],
    ids=lambda one: str(getattr(one, "model_name", one)),
)
def test_who_may_only_look_is_offered_no_action(meta, action, client_of, operator):
    fill(range(1))
    looker = make_user("lou@portal.example", "Lou", is_staff=True, language="en")
    may_view = Permission.objects.filter(codename=f"view_{meta.model_name}")
    looker.user_permissions.set(may_view)
    path = reverse(f"admin:{meta.app_label}_{meta.model_name}_changelist")
    offer = f'<option value="{action}">'
    assert offer in client_of(operator).get(path).content.decode()
    assert offer not in client_of(looker).get(path).content.decode()


def test_who_may_only_look_lets_nobody_in(db, client_of):
    fill(range(1))
    looker = make_user("lou@portal.example", "Lou", is_staff=True, language="en")
    looker.user_permissions.set(Permission.objects.filter(codename="view_joinrequest"))
    asked = JoinRequest.objects.get()
    act(client_of(looker), asked, "make_admin", apply="1", reason="Because")
    asked.refresh_from_db()
    assert asked.status == "pending"


def test_an_operator_makes_nobody_a_superuser(staff, client_of, operator):
    client = client_of(staff)
    path = reverse("admin:accounts_user_change", args=[staff.pk])
    client.post(
        path,
        {
            "email": staff.email,
            "name": "Sam",
            "is_superuser": "on",
            "is_staff": "on",
            "is_active": "on",
        },
    )
    staff.refresh_from_db()
    assert not staff.is_superuser
    client.post(reverse("admin:accounts_user_change", args=[operator.pk]), {"name": "Owned"})
    operator.refresh_from_db()
    assert operator.name == "Olga Operator"
