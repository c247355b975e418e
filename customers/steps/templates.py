"""Ready-made steps that most customers ask for, in both languages, for operators to edit."""

from collections.abc import Iterable

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from customers.models import Customer, Question, Step
from customers.steps.kinds import (
    Acknowledgement,
    BankAccount,
    Country,
    Date,
    Email,
    File,
    LongText,
    Number,
    OneChoice,
    Phone,
    Registration,
    SeveralChoices,
    Text,
    YesNo,
)

COMPANY, CONTACTS, TAX, BANK, INSURANCE, CONDUCT = (
    "company",
    "contacts",
    "tax",
    "bank",
    "insurance",
    "conduct",
)
NAMES = {
    COMPANY: _("Company details"),
    CONTACTS: _("Contacts"),
    TAX: _("Tax and registration"),
    BANK: _("Bank details"),
    INSURANCE: _("Insurance certificate"),
    CONDUCT: _("Code of conduct"),
}
# {name: (titles, explanations, what to have at hand, questions)}: the texts are (Korean, English),
# a question is (kind, Korean, English, more fields).
STEPS = {
    COMPANY: (
        ("회사 정보", "Company details"),
        ("사업자등록증에 적힌 그대로 알려 주세요.", "Exactly as on your registration certificate."),
        ("사업자등록증", "your business registration certificate"),
        [
            (Text, "등록 상호", "Registered name", {"prefill": "registered_name"}),
            (
                Text,
                "영문 상호",
                "English name",
                {"prefill": "english_name", "is_required": False},
            ),
            (Text, "대표자", "Representative", {"prefill": "representative"}),
            (Country, "국가 또는 지역", "Country or region", {"prefill": "country"}),
            (
                Text,
                "우편번호",
                "Postal code",
                {"prefill": "postal_code", "is_required": False},
            ),
            (LongText, "주소", "Address", {"prefill": "address"}),
            (Phone, "대표 전화", "Phone", {"prefill": "phone"}),
            (
                SeveralChoices,
                "공급하는 품목",
                "What do you supply?",
                {
                    "choices": (
                        "Goods | 물품\nServices | 용역\nConstruction | 공사\nSoftware | 소프트웨어"
                    )
                },
            ),
        ],
    ),
    CONTACTS: (
        ("연락처와 주문 담당", "Contacts and orders"),
        ("누구에게 연락하면 되는지 알려 주세요.", "Whom we reach for orders and invoices."),
        ("", ""),
        [
            (Text, "주문 담당자", "Who takes our orders", {}),
            (Email, "주문을 받을 이메일", "E-mail for orders", {}),
            (Phone, "주문 담당자 전화번호", "Phone of that person", {"is_required": False}),
            (
                Text,
                "세금계산서 담당자",
                "Who handles tax invoices",
                {"prefill": "invoice_name"},
            ),
            (
                Email,
                "세금계산서 이메일",
                "E-mail for tax invoices",
                {"prefill": "invoice_email"},
            ),
        ],
    ),
    TAX: (
        ("세무와 사업자 등록", "Tax and registration"),
        ("", ""),
        ("사업자등록증 사본", "a copy of your business registration certificate"),
        [
            (Country, "세금을 내는 국가", "Country where you pay tax", {"prefill": "country"}),
            (
                Registration,
                "사업자등록번호",
                "Business registration number",
                {
                    "prefill": "registration_number",
                    "help_ko": "한국은 숫자 10자리예요. 빈칸이나 붙임표(-)를 넣어도 돼요.",
                    "help_en": "In South Korea 10 digits. Spaces and dashes are fine.",
                },
            ),
            (
                OneChoice,
                "과세 유형",
                "Are you registered for VAT?",
                {
                    "choices": (
                        "Yes, general taxpayer | 일반과세자\n"
                        "Yes, simplified taxpayer | 간이과세자\n"
                        "No | 면세사업자"
                    )
                },
            ),
            (
                Text,
                "업태",
                "Type of business",
                {"prefill": "business_type", "is_required": False},
            ),
            (
                Text,
                "종목",
                "Item of business",
                {"prefill": "business_item", "is_required": False},
            ),
            (
                File,
                "사업자등록증",
                "Business registration certificate",
                {"prefill": "registration_certificate"},
            ),
            (
                LongText,
                "세무팀이 알아야 할 점",
                "Anything our tax team should know",
                {"is_required": False},
            ),
        ],
    ),
    BANK: (
        ("계좌 정보", "Bank details"),
        ("대금을 보낼 계좌를 알려 주세요.", "The account that we pay your invoices to."),
        ("통장 사본", "a copy of your bankbook"),
        [
            (BankAccount, "입금 계좌", "Account for payments", {"prefill": "bank_account"}),
            (File, "통장 사본", "Bankbook copy", {"prefill": "bankbook_copy"}),
            (
                YesNo,
                "예금주가 회사인가요?",
                "Is the account in the name of your company?",
                {},
            ),
        ],
    ),
    INSURANCE: (
        ("보험 증권", "Insurance certificate"),
        ("유효한 배상책임보험 증권을 올려 주세요.", "A valid liability insurance certificate."),
        ("보험 증권", "your insurance certificate"),
        [
            (
                File,
                "보험 증권",
                "Insurance certificate",
                {"prefill": "insurance_certificate", "asks_expiry": True},
            ),
            (Number, "보상 한도(원)", "Sum insured (KRW)", {"is_required": False}),
        ],
    ),
    CONDUCT: (
        ("공급업체 행동 규범", "Supplier code of conduct"),
        ("읽고 동의해 주세요.", "Read it and agree."),
        ("", ""),
        [
            (
                Acknowledgement,
                "위 행동 규범을 읽었으며 지키겠습니다.",
                "We have read the code of conduct and follow it.",
                {
                    "document_text_ko": (
                        "1. 관련 법령을 지킵니다.\n"
                        "2. 강제 노동과 아동 노동을 하지 않습니다.\n"
                        "3. 일터를 안전하게 지킵니다.\n"
                        "4. 뇌물을 주거나 받지 않습니다.\n"
                        "5. 환경을 해치지 않도록 힘씁니다.\n"
                        "6. 받은 정보를 비밀로 지킵니다."
                    ),
                    "document_text_en": (
                        "1. We obey the law.\n"
                        "2. We use no forced labour and no child labour.\n"
                        "3. We keep workplaces safe.\n"
                        "4. We neither give nor take bribes.\n"
                        "5. We do our best to spare the environment.\n"
                        "6. We keep what we learn confidential."
                    ),
                },
            ),
            (Date, "동의한 날짜", "Date", {"is_required": False}),
        ],
    ),
}


def add(customer: Customer, names: Iterable[str]) -> list[Step]:
    """Add ready-made steps to those of a customer; return them."""
    with transaction.atomic():
        after = customer.steps.count()
        steps = {name: _make(customer, name, after + place) for place, name in enumerate(names, 1)}
        # Bank details open when the customer has approved who the supplier is.
        if BANK in steps:
            steps[BANK].opens_after.set(
                step for name, step in steps.items() if name in (COMPANY, TAX)
            )
    return list(steps.values())


def _make(customer, name, order):
    titles, explanations, at_hand, questions = STEPS[name]
    step = Step.objects.create(
        customer=customer,
        order=order,
        **_both("title", titles),
        **_both("explanation", explanations),
        **_both("at_hand", at_hand),
    )
    Question.objects.bulk_create(
        Question(
            step=step, order=place, kind=kind.name, **_both("label", (korean, english)), **more
        )
        for place, (kind, korean, english, more) in enumerate(questions, 1)
    )
    return step


def _both(name, texts):
    return {f"{name}_ko": texts[0], f"{name}_en": texts[1]}
