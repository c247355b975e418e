"""The one way to send mail: a Mail row and its job, in the transaction of the deed. A worker delivers it."""

import re
from email.utils import parseaddr

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.core.mail.backends.base import BaseEmailBackend
from django.db import transaction
from django.template.loader import render_to_string
from django.utils import timezone, translation

from core.colours import mail_accent
from core.models import Mail


def send(
    name,
    to,
    language,
    *,
    on_failure="",
    valid_until=None,
    about=None,
    link=None,
    urgent=False,
    not_before=None,
    kind="",
    **context,
):
    """Queue templates/email/<name>/ for an address, in a language; returns the Mail row.

    `kind` takes <kind>.txt of that folder instead of letter.txt, if there is one.
    `on_failure` names a job that is deferred with the row's id when the mail fails for good; after `valid_until` it is not
    sent any more; `link` is the Link whose token stands in it; `urgent` mail overtakes the rest.
    """
    return queue(
        write(
            name,
            to,
            language,
            context,
            kind=kind,
            on_failure=on_failure,
            about_type=about._meta.label_lower if about else "",
            about_id=str(about.pk) if about else "",
            link=link,
            queue="codes" if urgent else "mail",
            not_before=not_before,
            valid_until=valid_until,
        )
    )


def write(name, to, language, context, *, kind="", **columns):
    """The letter of templates/email/<name>/ as an unsaved Mail row."""
    letters = [f"email/{name}/{kind or 'letter'}.txt", f"email/{name}/letter.txt"]
    with translation.override(language), timezone.override(timezone.get_default_timezone()):
        context = context | common()
        subject, text, html = _from_one_source(render_to_string(letters, context), context)
    return Mail(
        name=name,
        sender=settings.DEFAULT_FROM_EMAIL,
        to=to,
        language=language,
        subject=one_line(subject),
        text=re.sub(r"\n{3,}", "\n\n", text).strip() + "\n",
        html=html.strip(),
        **columns,
    )


def _from_one_source(text, context):
    """(subject, text, HTML) of a letter in plain text.

    Its first paragraph is the heading and the subject; 'Words:' above an address of ours is the button; what follows the
    line '--' says why somebody got it.
    """
    said, _dashes, why = text.rpartition("\n-- \n")  # the last: a comment may hold dashes too
    heading, *paragraphs = re.split(r"\n\s*\n", said.strip())
    parts = []
    for paragraph in paragraphs:
        word, _newline, address = paragraph.strip().rpartition(":\n")
        is_button = word and address.startswith(context["public_url"]) and "\n" not in address
        parts.append(
            {"word": word, "url": address}
            if is_button
            else {"lines": paragraph.strip().splitlines()}
        )
    letter = {"heading": heading, "parts": parts, "why": re.split(r"\n\s*\n", why.strip())[0]}
    return heading, text, render_to_string("email/letter.html", context | letter)


def queue(mail):
    """Keep a letter and its job, in the caller's transaction or one of its own."""
    with transaction.atomic():
        mail.save(force_insert=True)
        mail.defer()
    return mail


def queue_all(mails):
    """Keep many letters and their jobs in a few statements, in the caller's transaction or one of its own."""
    with transaction.atomic():
        Mail.objects.bulk_create(mails, batch_size=500)
        Mail.defer_all(mails)


def common():
    """What every mail may say."""
    return {
        "portal_name": settings.PORTAL_NAME,
        "public_url": settings.PUBLIC_URL,
        "operator_name": settings.OPERATOR_NAME,
        "operator_address": settings.OPERATOR_ADDRESS,
        "support_email": settings.SUPPORT_EMAIL,
        "accent": mail_accent(settings.BRAND_COLOUR),
        "time_zone_name": settings.TIME_ZONE,
    }


def one_line(text):
    """A subject as one line: whatever breaks lines in a name would break the mail's head."""
    return " ".join(text.split())[:300]


def message_of(mail):
    """The letter as Django sends it."""
    message = EmailMultiAlternatives(mail.subject, mail.text, mail.sender, [mail.to])
    message.extra_headers = {"Message-ID": mail.message_id, "Auto-Submitted": "auto-generated"}
    if mail.html:
        message.attach_alternative(mail.html, "text/html")
    return message


class QueueBackend(BaseEmailBackend):
    """Takes whatever Django or allauth sends the same road: one row and one job for each address, ahead of the rest."""

    def send_messages(self, messages):
        for message in messages:
            html = next(
                (
                    body
                    for body, kind in getattr(message, "alternatives", [])
                    if kind == "text/html"
                ),
                "",
            )
            for address in message.recipients():
                letter = Mail(
                    name="account",
                    sender=message.from_email,
                    to=parseaddr(address)[1],
                    language=translation.get_language(),
                    subject=one_line(message.subject),
                    text=message.body,
                    html=html,
                    queue="codes",
                    valid_until=getattr(message, "valid_until", None),
                )
                queue(letter)
        return len(messages)


class FolderBackend(BaseEmailBackend):
    """The demo's post office: one readable file a message in MAIL_FOLDER, named by when, to whom and about what."""

    def send_messages(self, messages):
        settings.MAIL_FOLDER.mkdir(parents=True, exist_ok=True)
        for message in messages:
            moment = timezone.localtime()
            head = f"Date: {moment:%Y-%m-%d %H:%M:%S %Z}\nFrom: {message.from_email}\nTo: {', '.join(message.to)}\nSubject: {message.subject}\n"
            subject = re.sub(r"[^\w]+", "-", message.subject)[:60].strip("-")
            path = (
                settings.MAIL_FOLDER
                / f"{moment:%Y%m%d-%H%M%S-%f} {message.to[0].replace('/', '-')} {subject}.txt"
            )
            path.write_text(f"{head}\n{message.body}", encoding="utf-8")
            for body, _kind in message.alternatives:
                path.with_suffix(".html").write_text(body, encoding="utf-8")
        return len(messages)
