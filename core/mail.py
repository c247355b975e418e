"""The only way to send mail: a Mail row and its job, in the caller's transaction.

A worker delivers it (core.jobs.deliver): what is rolled back mails nobody.
"""

import re
from collections.abc import Sequence
from datetime import datetime
from email.utils import parseaddr

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.core.mail.backends.base import BaseEmailBackend
from django.db import models, transaction
from django.template.loader import render_to_string
from django.utils import timezone, translation

from core.colours import mail_accent
from core.models import Link, Mail


def send(
    name: str,
    to: str,
    language: str,
    *,
    on_failure: str = "",
    valid_until: datetime | None = None,
    about: models.Model | None = None,
    link: Link | None = None,
    urgent: bool = False,
    not_before: datetime | None = None,
    kind: str = "",
    **context,
) -> Mail:
    """Queue templates/email/<name>/ for an address, in a language; return the Mail row.

    `on_failure` names a job that is deferred with the row's id when the mail fails for good. The
    mail is sent from `not_before` on, and not any more after `valid_until`. `about` is the row that
    it tells of, `link` the Link whose token stands in it; `urgent` mail overtakes the rest. `kind`
    takes <kind>.txt of that folder instead of letter.txt, if there is such a file.
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


def write(name: str, to: str, language: str, context: dict, *, kind: str = "", **columns) -> Mail:
    """Write the letter of templates/email/<name>/ as an unsaved Mail row."""
    letters = [f"email/{name}/{kind or 'letter'}.txt", f"email/{name}/letter.txt"]
    # Times in a letter are those of the portal: nobody knows the zone of the receiver.
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
    """Make subject, text and HTML of a letter in plain text.

    Its first paragraph is the heading and the subject; 'Words:' above an address of ours is the
    button; the line '--' comes before the reason why the receiver got it.
    """
    said, _dashes, why = text.rpartition("\n-- \n")  # the last: a comment may hold dashes too
    heading, *paragraphs = re.split(r"\n\s*\n", said.strip())
    parts = []
    for paragraph in paragraphs:
        word, _newline, address = paragraph.strip().rpartition(":\n")
        # An address of ours only: a comment may hold others, which stay text.
        is_button = word and address.startswith(context["public_url"]) and "\n" not in address
        parts.append(
            {"word": word, "url": address}
            if is_button
            else {"lines": paragraph.strip().splitlines()}
        )
    letter = {"heading": heading, "parts": parts, "why": re.split(r"\n\s*\n", why.strip())[0]}
    return heading, text, render_to_string("email/letter.html", context | letter)


def queue(mail: Mail) -> Mail:
    """Save a letter and its job, in the caller's transaction or in its own."""
    with transaction.atomic():
        mail.save(force_insert=True)
        mail.defer()
    return mail


def queue_all(mails: Sequence[Mail]) -> None:
    """Save many letters and their jobs in a few statements, as queue() does."""
    with transaction.atomic():
        Mail.objects.bulk_create(mails, batch_size=500)
        Mail.defer_all(mails)


def common() -> dict:
    return {
        "portal_name": settings.PORTAL_NAME,
        "public_url": settings.PUBLIC_URL,
        "operator_name": settings.OPERATOR_NAME,
        "operator_address": settings.OPERATOR_ADDRESS,
        "support_email": settings.SUPPORT_EMAIL,
        "accent": mail_accent(settings.BRAND_COLOUR),
        "time_zone_name": settings.TIME_ZONE,
    }


def one_line(text: str) -> str:
    # A line break in a name would end the mail's header.
    return " ".join(text.split())[:300]


def message_of(mail: Mail) -> EmailMultiAlternatives:
    message = EmailMultiAlternatives(mail.subject, mail.text, mail.sender, [mail.to])
    # The same id on every try: the receiver's program shows a mail that goes out twice once.
    # Auto-Submitted keeps out-of-office replies away.
    message.extra_headers = {"Message-ID": mail.message_id, "Auto-Submitted": "auto-generated"}
    if mail.html:
        message.attach_alternative(mail.html, "text/html")
    return message


class QueueBackend(BaseEmailBackend):
    """Takes mail of Django and allauth the same road: a row and a job for each address.

    These are codes that a person waits for: they overtake the rest.
    """

    def send_messages(self, messages):
        for message in messages:
            alternatives = getattr(message, "alternatives", [])
            html = next((body for body, kind in alternatives if kind == "text/html"), "")
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
    """Writes each message as a file in MAIL_FOLDER, named by moment, address and subject."""

    def send_messages(self, messages):
        settings.MAIL_FOLDER.mkdir(parents=True, exist_ok=True)
        for message in messages:
            moment = timezone.localtime()
            head = [
                f"Date: {moment:%Y-%m-%d %H:%M:%S %Z}",
                f"From: {message.from_email}",
                f"To: {', '.join(message.to)}",
                f"Subject: {message.subject}",
            ]
            subject = re.sub(r"[^\w]+", "-", message.subject)[:60].strip("-")
            receiver = message.to[0].replace("/", "-")
            path = settings.MAIL_FOLDER / f"{moment:%Y%m%d-%H%M%S-%f} {receiver} {subject}.txt"
            path.write_text("\n".join([*head, "", message.body]), encoding="utf-8")
            for body, _kind in message.alternatives:
                path.with_suffix(".html").write_text(body, encoding="utf-8")
        return len(messages)
