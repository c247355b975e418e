"""Invitations of the demo, in every state."""

from accounts.models import User
from connections import onboarding
from connections.models import invitation_sending
from core.models import Mail
from portal.demo import people
from portal.demo.month import Month

WRONG_ADDRESS = "kim@daesung-typo.example"


def send(month: Month) -> None:
    words = "12월 발주 전까지 등록해 주세요."
    acme = month.ada.user.email
    _invite(month, "Hanbit Foods", acme, "ACME Supplies", "김지혜", 3, message=words)
    elsa = month.members["elsa@lindqvist.example"]
    company, name = "Lindqvist Förpackning AB", "Elsa Lindqvist"
    accepted = _invite(month, "Organon", elsa.user.email, company, name, 20, language="en")
    onboarding.accept(elsa.user, [accepted], company=elsa, now=month.ago(19))
    expired = _invite(
        month,
        "Nordhavn Logistics",
        "sales@oldtown.example",
        "Oldtown Pallets",
        "",
        38,
        language="en",
    )
    expired.expire(now=month.now)
    revoked = _invite(month, "Tarim Retail", "info@saram.example", "사람과포장", "", 9)
    revoked.revoke(now=month.ago(8), actor=_operator())
    _invite(month, "Coopang Corp.", WRONG_ADDRESS, "대성물류", "김대성", 2)


def send_a_fresh_invitation(month: Month) -> None:
    # The mail of this invitation lands in the mail folder; an earlier invitation's mail fails.
    words = "유리병 납품 건으로 등록을 부탁드립니다."
    newcomer = "jihoon.seo@hansol.example"
    _invite(month, "Hanbit Foods", newcomer, "한솔유리", "서지훈", 0, message=words)
    refused = Mail.objects.get(to=WRONG_ADDRESS)
    Mail.objects.filter(pk=refused.pk).update(
        status="failed", sent_at=None, smtp_reply="550 5.1.1 User unknown"
    )


def _operator():
    return User.objects.get(email=people.OPERATOR)


def _invite(month, customer, email, company, name, days, *, language="ko", message=""):
    row = {
        "email": email,
        "company": company,
        "name": name,
        "language": language,
        "message": message,
    }
    when = month.ago(days)
    return invitation_sending.send(month.customers[customer], [row], now=when, actor=_operator())[0]
