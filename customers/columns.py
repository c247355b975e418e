"""The columns of the directory's tables, with the words that stand over them in other programs."""

from core.tables import Column

NAME = ("company", "company name", "이름", "회사", "회사명", "상호", "업체명")
COUNTRY = Column("country", ("country code", "국가", "나라", "국가 코드"))
CUSTOMER = Column(
    "customer", ("customer name", "고객", "고객명", "고객사", "고객사명"), is_required=True
)
NUMBER = Column(
    "external_number",
    ("external no", "erp number", "erp no", "customer number", "외부 번호", "고객 번호"),
    is_number=True,
)
VENDOR_NAME = (
    *NAME, "vendor", "vendor name", "거래처", "거래처 이름", "거래처명", "공급업체", "공급업체명",
)  # fmt: skip
EMAIL = ("mail", "e-mail address", "이메일", "메일", "전자 우편", "이메일 주소")
LANGUAGE = Column("language", ("언어",))

CUSTOMERS = [
    Column("name", (*NAME, *CUSTOMER.words, "customer"), is_required=True),
    NUMBER,
    Column("other_names", ("other name", "aliases", "다른 이름", "별칭")),
    Column("country", COUNTRY.words, is_required=True),
    Column("website", ("homepage", "url", "웹사이트", "홈페이지")),
    Column("domains", ("domain", "e-mail domain", "e-mail domains", "도메인", "이메일 도메인")),
    Column("city", ("도시", "시")),
    LANGUAGE,
    Column("is_listed", ("listed", "공개", "목록에 있음"), is_flag=True),
    Column("takes_requests", ("요청 받음",), is_flag=True),
]
CONTACTS = [
    CUSTOMER,
    NUMBER,
    COUNTRY,
    Column("email", EMAIL, is_required=True),
    Column("name", ("contact", "contact name", "이름", "담당자", "담당자명", "성명")),
    Column("job_title", ("title", "직책", "직위", "직함")),
    LANGUAGE,
    Column("gets_requests", ("gets requests", "요청 수신"), is_flag=True),
    Column("is_published", ("published", "shown to suppliers", "공급업체에 공개"), is_flag=True),
    Column("reviews_setups", ("reviews", "고객 설정 검토", "설정 검토"), is_flag=True),
]
VENDORS = [
    CUSTOMER,
    NUMBER,
    COUNTRY,
    Column("name", VENDOR_NAME, is_required=True),
    Column("email", EMAIL, is_required=True),
    Column(
        "tax_number",
        ("tax no", "vat number", "business number", "납세자번호", "사업자번호", "사업자등록번호"),
        is_required=True,
        is_number=True,
    ),
]
