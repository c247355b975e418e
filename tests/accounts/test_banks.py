"""Bank accounts: the password again, all admins told, a history that stays."""

import pytest
from django.urls import reverse

from accounts.banks import clean_bank_account
from accounts.models import AuditEntry, BankAccount
from core.models import Mail
from core.states import AlreadyDecided
from tests.builders import PASSWORD, make_user

OURS = {"bank": "국민은행", "number": "123456-78-901234", "holder": "ACME", "iban": "", "bic": ""}
ABROAD = {
    "bank": "",
    "number": "",
    "holder": "ACME",
    "iban": "DE89 3704 0044 0532 0130 00",
    "bic": "COBADEFF",
}


@pytest.fixture
def client(client_of, ada, acme):
    return client_of(ada)


@pytest.fixture
def second_admin(acme):
    user = make_user("ben@acme.example", "Ben", language="en")
    acme.memberships.create(user=user, role="admin")
    return user


@pytest.fixture
def account(acme, ada, now):
    return BankAccount.add(acme, OURS, actor=ada, now=now)


def test_an_account_is_added_with_the_password_and_all_admins_are_told(
    client, acme, ada, second_admin
):
    client.post(reverse("accounts:bank_add"), OURS | {"password": PASSWORD})
    added = acme.bank_accounts.get()
    assert added.values() == OURS
    assert added.is_main
    assert added.added_by == ada
    letters = Mail.objects.filter(name="bank_account_changed")
    assert {letter.to for letter in letters} == {ada.email, second_admin.email}
    assert "Ada Kim added 국민은행 ••••1234." in letters[0].text
    assert "123456-78" not in letters[0].text


@pytest.mark.parametrize("password", ["", "not mine at all"])
def test_without_the_right_password_nothing_changes(password, client, acme):
    page = client.post(reverse("accounts:bank_add"), OURS | {"password": password}).content.decode()
    assert 'value="123456-78-901234"' in page
    assert not acme.bank_accounts.exists()
    assert not Mail.objects.exists()


def test_passwords_can_not_be_tried_for_ever(client, acme, one_window):
    for _try in range(10):
        client.post(reverse("accounts:bank_add"), OURS | {"password": "wrong password"})
    page = client.post(reverse("accounts:bank_add"), OURS | {"password": PASSWORD}).content.decode()
    assert "Wait 60 minutes, then try again." in page
    assert not acme.bank_accounts.exists()


def test_a_replaced_account_hands_its_place_on_and_stays_in_the_history(client, account, acme, ada):
    path = reverse("accounts:bank_replace", args=[account.pk])
    client.post(path, ABROAD | {"password": PASSWORD})
    new = acme.bank_accounts.current().get()
    assert new.iban == "DE89 3704 0044 0532 0130 00"
    assert new.is_main
    entry = AuditEntry.objects.filter(kind="bank_account_changed").latest("at")
    assert entry.actor == ada
    assert entry.data == {"old": "국민은행 ••••1234", "new": "••••3000"}
    assert (
        "국민은행 ••••1234 → ••••3000" in client.get(reverse("accounts:company")).content.decode()
    )


def test_the_oldest_other_account_becomes_the_main_one(acme, account, ada, now):
    other = BankAccount.add(acme, OURS | {"number": "999999"}, actor=ada, now=now)
    account.remove(actor=ada, now=now)
    other.refresh_from_db()
    assert other.is_main
    with pytest.raises(AlreadyDecided):
        account.remove(actor=ada, now=now)


def test_another_main_account_is_chosen_with_the_password(client, acme, account, ada, now):
    other = BankAccount.add(acme, OURS | {"number": "999999"}, actor=ada, now=now)
    client.post(reverse("accounts:bank_main", args=[other.pk]), {"password": "wrong"})
    assert acme.bank_accounts.main() == account
    client.post(reverse("accounts:bank_main", args=[other.pk]), {"password": PASSWORD})
    assert acme.bank_accounts.main() == other


@pytest.mark.parametrize(
    ("values", "part"),
    [
        (OURS | {"bank": ""}, "bank"),
        (OURS | {"number": "12"}, "number"),
        (OURS | {"number": "12 34; DROP"}, "number"),
        (OURS | {"holder": ""}, "holder"),
        (OURS | {"holder": "ACME www.evil.example"}, "holder"),
        (ABROAD | {"iban": "DE89 3704 0044 0532 0130 01"}, "iban"),
        (ABROAD | {"bic": "NONSENSE1"}, "bic"),
        (ABROAD | {"number": "123456"}, "number"),
    ],
)
def test_what_is_no_account_is_said_beside_its_part(values, part, client, acme):
    page = client.post(reverse("accounts:bank_add"), values | {"password": PASSWORD})
    assert list(page.context["form"].errors) == [part]
    assert not acme.bank_accounts.exists()


def test_an_iban_is_kept_as_banks_write_it():
    assert (
        clean_bank_account(ABROAD | {"iban": "de89370400440532013000"})["iban"]
        == "DE89 3704 0044 0532 0130 00"
    )
