"""E-mail domains: the company behind an address, and the free mail that says nothing about one."""

import functools

from publicsuffixlist import PublicSuffixList

FREE_MAIL = frozenset(
    """
    126.com 139.com 163.com 189.cn 21cn.com aim.com aliyun.com aol.com att.net bellsouth.net
    bluewin.ch bt.com btinternet.com chol.com comcast.net cox.net daum.net dreamwiz.com duck.com
    empas.com fastmail.com foxmail.com free.fr freenet.de gmail.com gmx.at gmx.ch gmx.com gmx.de
    gmx.net googlemail.com hanmail.net hey.com hotmail.co.uk hotmail.com hotmail.de hotmail.fr
    hotmail.it icloud.com inbox.lv inbox.ru kakao.com korea.com laposte.net libero.it list.ru
    live.cn live.co.uk live.com live.de live.fr live.jp lycos.co.kr mac.com mail.com mail.ru me.com
    mozmail.com msn.com nate.com naver.com netian.com o2.pl ocn.ne.jp onet.pl orange.fr outlook.com
    outlook.de outlook.fr outlook.jp outlook.kr paran.com pm.me posteo.de privaterelay.appleid.com
    proton.me protonmail.com qq.com rediffmail.com rocketmail.com sbcglobal.net seznam.cz sina.com
    sky.com sohu.com t-online.de tutanota.com tuta.com unitel.co.kr verizon.net virgilio.it
    wanadoo.fr web.de wp.pl yahoo.ca yahoo.co.in yahoo.co.jp yahoo.co.kr yahoo.co.uk yahoo.com
    yahoo.com.br yahoo.com.cn yahoo.de yahoo.es yahoo.fr yahoo.it yandex.com yandex.ru yeah.net
    ymail.com zoho.com zohomail.com
    """.split()
)


@functools.cache  # the list is long to read, and not every process needs it
def _suffixes():
    return PublicSuffixList()


def registrable(domain: str) -> str:
    """Return the part of a domain that somebody registered, '' for what is no domain.

    'mail.organon.co.kr' -> 'organon.co.kr'
    """
    domain = domain.strip().strip(".").lower().removeprefix("@")
    try:
        domain = domain.encode("idna").decode()
    except UnicodeError:
        return ""
    return _suffixes().privatesuffix(domain) or ""


def domain_of(address: str) -> str:
    """Return the registrable domain of an e-mail address, '' when it has none."""
    return registrable(address.rpartition("@")[2]) if "@" in address else ""


def is_free_mail(domain: str) -> bool:
    # Anybody can have an address there, so that it says nothing about a company.
    return domain in FREE_MAIL or registrable(domain) in FREE_MAIL


def company_domain(address: str) -> str:
    """Return the domain that stands for the company of an address: '' for free mail."""
    domain = domain_of(address)
    return "" if is_free_mail(domain) else domain
