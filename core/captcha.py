"""The captcha field: CAPTCHA says `pow` (proof of work of our own), `recaptcha` or `off`.

The proof of work only slows robots: limits stay in force. The server hides a number below NUMBERS
in a salted PBKDF2 hash, and a worker of the page looks for it. People without such a browser ask
for a code by mail.
"""

import hashlib
import http.client
import logging
import secrets
from datetime import datetime

from csp.decorators import csp_update
from django import forms
from django.conf import settings
from django.core import signing
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.templatetags.static import static
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext_lazy as _
from django_recaptcha.fields import ReCaptchaField

from core import mail
from core.models import Code
from core.models.codes import MINUTES

# What a proof costs: 600 tries on average, each of so many rounds.
ROUNDS = 5_000
NUMBERS = 1_200
AGE = 600  # seconds that a challenge lives: long enough to fill in the form
# django-recaptcha lets every failure of the network, of HTTP and of the answer through.
OUTAGES = (OSError, http.client.HTTPException, ValueError, LookupError, TypeError, AttributeError)

# The addresses that Google's own documentation asks a Content-Security-Policy for.
_GOOGLE = (
    "https://www.google.com/recaptcha/",
    "https://recaptcha.google.com/recaptcha/",
)
log = logging.getLogger(__name__)


def proof(salt: str, number: int) -> str:
    """Hash a number with a salt: PBKDF2-HMAC-SHA256 in hexadecimal, as captcha-worker.js does."""
    return hashlib.pbkdf2_hmac("sha256", str(number).encode(), salt.encode(), ROUNDS).hex()


def challenge(purpose: str) -> str:
    """Make a signed challenge for a purpose: 'salt.hash', solved by finding the number."""
    salt = secrets.token_urlsafe(16)
    # Signed for its purpose and with its time: the server keeps nothing until it is solved.
    return signing.TimestampSigner(salt=f"captcha.{purpose}").sign(
        f"{salt}.{proof(salt, secrets.randbelow(NUMBERS))}"
    )


def is_solved(purpose: str, token: str, number: str) -> bool:
    """Say whether a challenge of ours for a purpose is solved, in time and for the first time."""
    try:
        salt, wanted = (
            signing.TimestampSigner(salt=f"captcha.{purpose}").unsign(token, max_age=AGE).split(".")
        )
    except (signing.BadSignature, ValueError):
        return False
    # Checked before hashing: no long text reaches int().
    is_number = number.isascii() and number.isdecimal() and len(number) <= 4
    right = is_number and constant_time_compare(proof(salt, int(number)), wanted)
    # add() is True for one of two at the same moment; kept until the challenge itself has ended.
    return right and cache.add(f"captcha:{salt}", 1, AGE * 2)


def issue_code(user, purpose: str, *, now: datetime) -> None:
    """Mail the person a one-use code for a purpose, to their own verified address."""
    code, until = Code.issue(user, purpose, now=now)
    mail.send(
        "captcha_code",
        user.email,
        user.mail_language,
        urgent=True,
        valid_until=until,
        code=code,
        minutes=MINUTES,
    )


def csp(view):
    """Open the Content-Security-Policy of a view to reCAPTCHA where that is in force."""
    if settings.CAPTCHA != "recaptcha":
        return view
    main, alternative = _GOOGLE
    return csp_update(
        {
            "frame-src": [main, alternative],
            "connect-src": [main],
            # Google's script sets style attributes on the boxes that it makes.
            "style-src-attr": ["'unsafe-inline'"],
        }
    )(view)


class CaptchaWidget(forms.Widget):
    """Token, number and mailed code of the box in templates/components/captcha.html."""

    template_name = "components/captcha.html"

    def value_from_datadict(self, data, files, name):
        # The last name is Google's own.
        names = {
            "token": f"{name}_token",
            "number": f"{name}_number",
            "code": f"{name}_code",
            "google": "g-recaptcha-response",
        }
        return {part: data.get(posted, "").strip() for part, posted in names.items()}

    def get_context(self, name, value, attrs):
        field = self.field
        fresh = {"challenge": challenge(field.purpose)} if settings.CAPTCHA == "pow" else {}
        extra = {
            "kind": settings.CAPTCHA,
            "site_key": settings.RECAPTCHA_PUBLIC_KEY,
            "nonce": getattr(field.request, "csp_nonce", ""),
            "rounds": ROUNDS,
            "numbers": NUMBERS,
            "code_sent": field.code_sent,
            "script": static("js/captcha.js"),
            "worker": static("js/captcha-worker.js"),
        }
        context = super().get_context(name, value, attrs)
        context["widget"] |= extra | fresh
        return context

    # The box has several controls, of which one is enough: none is required, none is labelled.
    def use_required_attribute(self, initial):
        return False

    def id_for_label(self, id_):
        return ""


class CaptchaField(forms.Field):
    """Lets people pass: by the proof, by Google's word, or by a code mailed to them.

    Call `bind_to(request)` before use.
    """

    default_error_messages = {
        "required": _("Wait for the check to finish, or ask for a code by e-mail."),
        "unreachable": _("The check can’t be done right now. Ask for a code by e-mail instead."),
        "code": _("That code is wrong or has run out. Ask for a new one."),
    }

    def __init__(self, *, purpose, **kwargs):
        super().__init__(widget=CaptchaWidget(), label=_("Check against spam"), **kwargs)
        self.purpose = purpose
        self.request, self.code_sent = None, False
        self.widget.field = self

    # Each form has a copy of the field, whose widget must point to that copy.
    def __deepcopy__(self, memo):
        copy = super().__deepcopy__(memo)
        copy.widget.field = copy
        return copy

    def bind_to(self, request: HttpRequest, *, code_sent: bool = False) -> None:
        """Tie the field to the request whose person may redeem a mailed code."""
        self.request, self.code_sent = request, code_sent

    def clean(self, value):
        if settings.CAPTCHA == "off":
            return True
        if value["code"]:
            # Asked for before, so that a wrong code finds its input on the page again.
            self.code_sent = True
            if not Code.redeem(self.request.user, self.purpose, value["code"], now=timezone.now()):
                raise ValidationError(self.error_messages["code"], code="code")
        elif settings.CAPTCHA == "recaptcha":
            self._ask_google(value["google"])
        elif not is_solved(self.purpose, value["token"], value["number"]):
            raise ValidationError(self.error_messages["required"], code="required")
        return True

    def _ask_google(self, answer):
        try:
            _GoogleField().clean(answer)
        except ValidationError as error:
            # captcha_error: Google answered by an HTTP error, so the person can't help it.
            code = "unreachable" if error.code == "captcha_error" else "required"
            raise ValidationError(self.error_messages[code], code=code) from error
        except OUTAGES as error:
            log.error("reCAPTCHA can't be reached: %r", error)
            raise ValidationError(self.error_messages["unreachable"], code="unreachable") from error


class _GoogleField(ReCaptchaField):
    """The field of django-recaptcha without its look; it sends Google no address of a person."""

    def get_remote_ip(self):
        return ""
