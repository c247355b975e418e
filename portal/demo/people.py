"""The cast of the demo: suppliers and their people, customers' contacts, ACME's answers."""

PASSWORD = "demo-portal-2026"  # noqa: S105 - everybody may know it
OPERATOR = "operator@portal.example"

# name, English name, country, registration number, address, website, representative
SUPPLIERS = {
    "acme": (
        "ACME Supplies", "ACME Supplies Co., Ltd.", "KR", "120-81-47521", "인천광역시 연수구 송도과학로 32",
        "https://acme.example/", "김지혜",
    ),
    "rival": (
        "Rival Parts", "Rival Parts Inc.", "KR", "220-81-62517", "경기도 수원시 영통구 광교로 107",
        "https://rival.example/", "최로빈",
    ),
    "hanmaum": (
        "한마음포장", "Hanmaum Packaging", "KR", "", "경기도 안산시 단원구 산단로 19",
        "https://hanmaum.example/", "오정훈",
    ),
    "daon": ("다온정밀공업", "Daon Precision", "KR", "", "경상남도 창원시 성산구 공단로 473", "", "배성호"),
    "saebit": (
        "새빛인쇄", "Saebit Printing", "KR", "", "서울특별시 중구 을지로 158",
        "https://saebit.example/", "윤서연",
    ),
    "lindqvist": (
        "Lindqvist Förpackning AB", "", "SE", "", "Storgatan 12, Malmö",
        "https://lindqvist.example/", "",
    ),
    "brightwell": ("Brightwell Cleaning Ltd", "", "GB", "", "4 Mill Lane, Leeds", "", ""),
    "kessler": (
        "Kessler Werkzeuge GmbH", "", "DE", "", "Industriestraße 8, Ulm",
        "https://kessler.example/", "",
    ),
    "pacific": ("Pacific Fasteners LLC", "", "US", "", "200 Dock Road, Oakland", "", ""),
    "thanhlong": ("Thanh Long Garment JSC", "", "VN", "", "12 Le Loi, Hanoi", "", ""),
}  # fmt: skip

# supplier, e-mail, name, job title, role, language
PEOPLE = [
    ("acme", "admin@acme.example", "김지혜", "미수금 담당", "admin", ""),
    ("acme", "member@acme.example", "이대호", "영업", "member", ""),
    ("acme", "viewer@acme.example", "박소연", "회계", "viewer", ""),
    ("rival", "admin@rival.example", "Robin Choi", "Sales", "admin", ""),
    ("rival", "sales@rival.example", "정민수", "영업", "member", "ko"),
    ("hanmaum", "jh.oh@hanmaum.example", "오정훈", "대표", "admin", "ko"),
    ("daon", "bae@daon.example", "배성호", "대표", "admin", "ko"),
    ("daon", "yuna@daon.example", "한유나", "구매·영업", "member", "ko"),
    ("saebit", "seoyeon@saebit.example", "윤서연", "대표", "admin", "ko"),
    ("lindqvist", "elsa@lindqvist.example", "Elsa Lindqvist", "Export", "admin", "en"),
    ("brightwell", "tom@brightwell.example", "Tom Ashby", "Accounts", "admin", "en"),
    ("kessler", "jana@kessler.example", "Jana Kessler", "Vertrieb", "admin", "en"),
    ("pacific", "maria@pacific.example", "Maria Lopez", "Sales", "admin", "en"),
    ("thanhlong", "linh@thanhlong.example", "Linh Tran", "Export", "admin", "en"),
]

# customer, contact's mailbox, name, job title, published
CONTACTS = [
    ("Organon", "maria.jensen", "Maria Jensen", "Procurement", True),
    ("Williams-Sonoma, Inc.", "vendors", "Vendor Desk", "", True),
    ("Coupa Software Incorporated", "procurement", "Dana Whitfield", "Procurement", True),
    ("Coopang Corp.", "vendor-desk", "이하은", "구매팀", True),
    ("Hanbit Foods", "minsu.park", "박민수", "구매팀", True),
    ("Mirae Display", "buyer", "서지훈", "구매팀", True),
    ("Borealis Paper AB", "purchasing", "Karin Berg", "Inköp", True),
    ("Nordhavn Logistics", "suppliers", "Mads Holm", "Procurement", True),
    ("Seorin Chemical", "ap", "문태경", "자재팀", False),
    ("Tarim Retail", "buying", "강예린", "상품본부", False),
    ("Kaya Motors", "suppliers", "조현석", "구매기획", False),
    ("Blue Heron Clinics", "stores", "Helen Marsh", "Stores", False),
]

# what ACME says of itself, once
DETAILS = {
    "business_type": "제조, 도매",
    "business_item": "포장재, 인쇄물",
    "postal_code": "21984",
    "phone": "+82325550100",
    "invoice_name": "박소연",
    "invoice_email": "viewer@acme.example",
}
BANK_ACCOUNT = {
    "bank": "국민은행",
    "number": "123456-04-178201",
    "holder": "ACME Supplies",
    "iban": "",
    "bic": "",
}

# kind, file, what stands on it, days until it runs out
DOCUMENTS = [
    (
        "registration_certificate",
        "사업자등록증_ACME.pdf",
        "Business registration certificate 120-81-47521",
        None,
    ),
    ("bankbook_copy", "통장사본_ACME.pdf", "Bankbook copy", None),
    ("insurance_certificate", "보험증권_2026.pdf", "Liability insurance certificate 2026", 20),
]

# which ready-made steps each customer asks for
SETUPS = {
    "Organon": ["company", "contacts", "tax", "insurance", "conduct", "bank"],
    "Nordhavn Logistics": ["company", "conduct"],
    "Hanbit Foods": ["company", "tax", "bank"],
    "Williams-Sonoma, Inc.": ["company", "contacts", "tax", "insurance", "conduct"],
}
ANSWERS = {
    "What do you supply?": ["Goods | 물품"],
    "Who takes our orders": "이대호",
    "E-mail for orders": "member@acme.example",
    "Phone of that person": "032-555-0120",
    "Sum insured (KRW)": "500,000,000",
    "Are you registered for VAT?": "Yes, general taxpayer | 일반과세자",
    "We have read the code of conduct and follow it.": "on",
}
