from datetime import timedelta
from pathlib import Path

from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import make_password
from django.core.management.base import BaseCommand, CommandError
from django.db import connection, transaction
from django.db.models import F
from django.utils import timezone, translation
from django.utils.datastructures import MultiValueDict

from accounts.models import (
    AuditEntry,
    BankAccount,
    Document,
    JoinRequest,
    Notification,
    Supplier,
    SupportRequest,
    TeamInvitation,
    User,
    person_key,
)
from connections import onboarding
from connections.models import ConnectionRequest, Invitation, SearchAttempt
from core.models import DailyCount, Link, Mail, today
from customers import imports
from customers.models import Customer, CustomerContact, CustomerProfile, StepAnswer, VendorRecord
from customers.steps import templates
from customers.steps.form import StepForm
from portal.demo import papers, people

DATA = Path(__file__).resolve().parents[2] / "demo" / "customers.csv"


class Command(BaseCommand):
    help = "Loads the demo data into a database that has no users yet."

    def handle(self, **options):
        if User.objects.exists():
            raise CommandError("There are users already: demo data goes only into an empty portal.")
        self.now = timezone.now()
        with transaction.atomic(), translation.override("ko"):
            self._load()
        self.stdout.write("Demo data loaded.")

    def _load(self):
        imports.import_customers(imports.read(DATA.read_bytes()))
        self.customers = {customer.name: customer for customer in Customer.objects.all()}
        self._contacts()
        self._people()
        self._vendor_lists()
        self._acme()
        self._company_details()
        self._setups()
        self._others()
        self._invitations()
        self._team()
        self._forget_mail()
        self._rival_waits_for_coupa()
        self._hanbit_invites_a_newcomer()
        self._searches()
        SupportRequest.objects.create(
            email="jh.oh@hanmaum.example",
            message="거래처 상호가 바뀌었는데 검색이 되지 않습니다.",
            page="/setup/requests/search/",
        )
        AuditEntry.objects.record(
            "demo_loaded", about=self.suppliers["acme"], audience=AuditEntry.OPERATOR
        )

    def _contacts(self):
        """The named ones; most other customers have a purchasing mailbox, every ninth has nobody, some want no requests."""
        named = {name: rest for name, *rest in people.CONTACTS}
        contacts = []
        for place, customer in enumerate(sorted(self.customers.values(), key=lambda one: one.name)):
            domain = customer.website.removeprefix("https://www.").rstrip("/")
            if customer.name in named:
                mailbox, name, title, published = named[customer.name]
                contact = {
                    "email": f"{mailbox}@{domain}",
                    "name": name,
                    "job_title": title,
                    "is_published": published,
                }
            elif place % 9 == 0:
                continue
            else:
                contact = {"email": f"purchasing@{domain}"}
            contacts.append(CustomerContact(customer=customer, **contact))
        CustomerContact.objects.bulk_create(contacts)
        plain = [one for one in self.customers.values() if one.name not in named]
        invitation_only = sorted(one.pk for one in plain)[:25]
        Customer.objects.filter(pk__in=invitation_only).update(takes_requests=False)

    def _people(self):
        hashed = make_password(people.PASSWORD)
        self.suppliers, self.members = {}, {}
        for slug, (
            name,
            english,
            country,
            number,
            address,
            website,
            representative,
        ) in people.SUPPLIERS.items():
            self.suppliers[slug] = Supplier.objects.create(
                name=name,
                english_name=english,
                country=country,
                registration_number=number,
                registration_verified_at=self.now if number else None,
                address=address,
                website=website,
                representative=representative,
                created_at=self._ago(40),
            )
        for slug, email, name, title, role, language in people.PEOPLE:
            user = self._person(email, name, hashed, job_title=title, language=language)
            member = self.suppliers[slug].memberships.create(
                user=user, role=role, created_at=self._ago(38)
            )
            self.members[email] = member
        self._person(
            "operator@portal.example", "Operator", hashed, is_staff=True, is_superuser=True
        )
        self.ada = self.members["admin@acme.example"]
        self.mia = self.members["member@acme.example"]

    def _person(self, email, name, hashed, **fields):
        user = User.objects.create(
            email=email,
            name=name,
            password=hashed,
            person_key=person_key(email),
            date_joined=self._ago(38),
            **fields,
        )
        EmailAddress.objects.create(user=user, email=email, verified=True, primary=True)
        return user

    def _vendor_lists(self):
        """Whom customers say they buy from: this is what ACME's suggestions come from."""
        lines = [
            ("Williams-Sonoma, Inc.", "ACME Supplies", "orders@acme.example", ""),
            ("Blue Heron Clinics", "ACME SUPPLIES CO LTD", "", "120-81-47521"),
            ("Hanbit Foods", "한마음포장", "jh.oh@hanmaum.example", ""),
            ("Mirae Display", "다온정밀공업", "bae@daon.example", ""),
        ]
        for customer, name, email, number in lines:
            record = VendorRecord(
                customer=self.customers[customer], name=name, email=email, tax_number=number
            )
            record.prepare()
            record.save()

    def _acme(self):
        """Requests in every state, by the verbs, as they would have happened."""
        for name, days, comment in (
            ("Organon", 30, "환영합니다."),
            ("Nordhavn Logistics", 25, ""),
            ("Mirae Display", 21, ""),
        ):
            self._ask(self.ada, name, days).accept(
                now=self._ago(days - 1), comment=comment, link=self._link()
            )
        ended = self._ask(self.ada, "Borealis Paper AB", 33)
        ended.accept(now=self._ago(32), link=self._link())
        ended.profile.end("납품 계약이 끝났습니다.", now=self._ago(10), actor=self.ada.user)
        declined = self._ask(self.mia, "Tarim Retail", 7)
        declined.decline(
            "other_channel",
            now=self._ago(6),
            comment="Borealis Paper를 통해 구매합니다.",
            link=self._link(),
        )
        self._ask(self.mia, "Kaya Motors", 36).expire(now=self._ago(5))
        self._ask(self.ada, "Hanbit Foods", 12).withdraw(now=self._ago(11), actor=self.ada.user)
        waiting = self._ask(
            self.mia,
            "Seorin Chemical",
            8,
            message="인천 공장에 포장재를 납품하고 있습니다. 발주번호 4500-11873.",
        )
        waiting.remind(now=self._ago(1))
        Notification.objects.filter(created_at__lt=self._ago(20)).update(read_at=self._ago(15))
        CustomerProfile.objects.exclude(connected_at=None).update(created_at=F("connected_at"))

    def _company_details(self):
        """ACME's details, account and papers: what its customers' steps are prefilled from."""
        acme, actor = self.suppliers["acme"], self.ada.user
        for column, value in people.DETAILS.items():
            setattr(acme, column, value)
        acme.save()
        BankAccount.add(acme, people.BANK_ACCOUNT, actor=actor, now=self._ago(36))
        for detail, name, title, days in people.DOCUMENTS:
            until = today(self.now) + timedelta(days=days) if days else None
            Document.add(
                acme, papers.certificate(name, title), detail, until, actor=actor, now=self._ago(36)
            )

    def _setups(self):
        """Organon in the middle of its six steps, Nordhavn with answers to review, the others not begun."""
        for name, steps in people.SETUPS.items():
            templates.add(self.customers[name], steps)
        for name in people.SETUPS:
            self.customers[name].contacts.update(reviews_setups=True)
        self._answer("Organon", "company", 26).approve(now=self._ago(24))
        self._answer("Organon", "contacts", 26).approve(now=self._ago(24), comment="감사합니다.")
        returned = self._answer("Organon", "insurance", 9)
        returned.send_back(
            "보험 기간이 10월 31일에 끝났습니다. 새 증권을 올려 주세요.", now=self._ago(2)
        )
        self._draft("Organon", "tax", 1)
        for name in ("company", "conduct"):
            self._answer("Nordhavn Logistics", name, 3)

    def _form(self, customer, name):
        """The step of a demo customer and its form, filled from the company details and the demo's answers."""
        profile = (
            self.suppliers["acme"]
            .profiles.select_related("customer", "supplier")
            .get(customer__name=customer)
        )
        step = profile.customer.steps.get(title_en=templates.STEPS[name][0][1])
        form = StepForm(step.questions.all(), profile=profile, saved_draft={})
        answers = {one.label_en: one.name for one in form.questions}
        typed = form.draft | {
            answers[label]: text for label, text in people.ANSWERS.items() if label in answers
        }
        posted = MultiValueDict(
            {name: text if isinstance(text, list) else [text] for name, text in typed.items()}
        )
        form = StepForm(
            step.questions.all(), profile=profile, saved_draft={}, posted=posted, partial=False
        )
        form.full_clean()
        form.store_files(self.mia.user)
        return profile, step, form

    def _answer(self, customer, name, days):
        profile, step, form = self._form(customer, name)
        if form.errors:
            raise ValueError(f"{customer}, {name}: {form.errors.as_text()}")
        about = {"version": 0, "actor": self.mia.user, "now": self._ago(days)}
        return StepAnswer.submit(profile, step, form.draft, form.answers, **about)

    def _draft(self, customer, name, days):
        profile, step, form = self._form(customer, name)
        about = {"version": 0, "actor": self.mia.user, "now": self._ago(days)}
        StepAnswer.save_draft(profile, step, form.draft, **about)

    def _others(self):
        """The other suppliers' month: connected, waiting, and waiting for somebody to be found."""
        free = [one for one in self.customers.values() if one.contacts.exists()]
        nobody = [one for one in self.customers.values() if not one.contacts.exists()]
        places = sorted(free, key=lambda one: one.website)
        members = [
            member
            for email, member in self.members.items()
            if member.role == "admin" and "acme" not in email
        ]
        for place, member in enumerate(members):
            for step, days in enumerate((24, 14, 3)):
                customer = places[20 + place * 7 + step]
                Customer.objects.filter(pk=customer.pk).update(takes_requests=True)
                customer.takes_requests = True
                asked = self._ask(member, customer.name, days)
                if days > 7:
                    asked.remind(now=self._ago(days - 7))
                if step == 0:
                    asked.accept(now=self._ago(days - 2), link=self._link())
        for place, member in enumerate(members[:4]):
            customer = sorted(nobody, key=lambda one: one.website)[place]
            Customer.objects.filter(pk=customer.pk).update(takes_requests=True)
            customer.takes_requests = True
            self._ask(member, customer.name, 2 + place)
        self.suppliers["pacific"].suspend(
            "두 고객이 모르는 회사라고 알려 왔습니다.", now=self._ago(2)
        )

    def _invitations(self):
        """In every state: open for ACME, accepted, expired, revoked, and one whose address was wrong."""
        self._invite(
            "Hanbit Foods",
            "admin@acme.example",
            "ACME Supplies",
            "김지혜",
            3,
            message="12월 발주 전까지 등록해 주세요.",
        )
        elsa = self.members["elsa@lindqvist.example"]
        accepted = self._invite(
            "Organon",
            elsa.user.email,
            "Lindqvist Förpackning AB",
            "Elsa Lindqvist",
            20,
            language="en",
        )
        onboarding.accept(elsa.user, [accepted], company=elsa, now=self._ago(19))
        self._invite(
            "Nordhavn Logistics", "sales@oldtown.example", "Oldtown Pallets", "", 38, language="en"
        ).expire(now=self.now)
        operator = User.objects.get(email="operator@portal.example")
        self._invite("Tarim Retail", "info@saram.example", "사람과포장", "", 9).revoke(
            now=self._ago(8), actor=operator
        )
        self._invite("Coopang Corp.", "kim@daesung-typo.example", "대성물류", "김대성", 2)

    def _invite(self, customer, email, company, name, days, *, language="ko", message=""):
        row = {
            "email": email,
            "company": company,
            "name": name,
            "language": language,
            "message": message,
        }
        operator = User.objects.get(email="operator@portal.example")
        return Invitation.send(
            self.customers[customer], [row], now=self._ago(days), actor=operator
        )[0]

    def _team(self):
        """A colleague whom ACME has invited, and one who asks to join."""
        TeamInvitation.invite(self.ada, "minjae.choi@acme.example", "member", now=self._ago(3))
        haneul = self._person(
            "haneul.jung@acme.example", "정하늘", make_password(people.PASSWORD), language="ko"
        )
        JoinRequest.ask(haneul, self.suppliers["acme"], now=self._ago(1))

    def _hanbit_invites_a_newcomer(self):
        """One fresh invitation whose mail lands in the mail folder, and the one that the server refused."""
        self._invite(
            "Hanbit Foods",
            "jihoon.seo@hansol.example",
            "한솔유리",
            "서지훈",
            0,
            message="유리병 납품 건으로 등록을 부탁드립니다.",
        )
        refused = Mail.objects.get(to="kim@daesung-typo.example")
        Mail.objects.filter(pk=refused.pk).update(
            state="failed", sent_at=None, smtp_reply="550 5.1.1 User unknown"
        )

    def _ask(self, member, name, days, message=""):
        customer = self.customers[name]
        contact = customer.contacts.first()
        return ConnectionRequest.send(
            member,
            customer,
            contact=contact.email if contact else f"office@{customer.domains.first()}",
            message=message,
            origin="attempt",
            origin_id=None,
            now=self._ago(days),
        )

    def _link(self):
        """The link of the newest request, whose holder decides."""
        return Link.objects.order_by("-pk").first()

    def _rival_waits_for_coupa(self):
        """One fresh request whose mail lands in the mail folder, so that its link can be tried."""
        self._ask(self.members["admin@rival.example"], "Coupa Software Incorporated", 0)

    def _searches(self):
        """Six searches of today, so that the counter shows something."""
        for words in ("organon", "미래디스플레이", "nordhavn", "seorin", "타림", "kaya motors"):
            attempt = SearchAttempt.make(self.ada, words, now=self.now)
            assert attempt.cost == 1  # noqa: S101 - the demo's counter must be right

    def _forget_mail(self):
        """The month's mail was delivered long ago."""
        Mail.objects.update(state="sent", sent_at=self.now, text="", html="")
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM procrastinate_jobs")
        DailyCount.objects.exclude(day=today(self.now)).delete()

    def _ago(self, days):
        return self.now - timedelta(days=days)
