"""The one captcha field. `CAPTCHA` says which: `pow` (a proof of work of our own), `recaptcha` (with keys) or `off`.

The proof of work only slows robots: limits stay in force. A server secret below 1,200 is hidden in a salted PBKDF2 hash, which
a worker of the page looks for. Whoever it does not work for asks for a code by mail.
"""

import hashlib
import http.client
import logging
import secrets

from csp.decorators import csp_update
from django import forms
from django.conf import settings
from django.core import signing
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.templatetags.static import static
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext_lazy as _
from django_recaptcha.fields import ReCaptchaField

from core import mail
from core.models import Code
from core.models.codes import MINUTES

ROUNDS = 5_000
NUMBERS = 1_200
AGE = 600  # seconds that a challenge lives
OUTAGES = (OSError, http.client.HTTPException, ValueError, LookupError, TypeError, AttributeError)

_GOOGLE = (
    "https://www.google.com/recaptcha/",
    "https://recaptcha.google.com/recaptcha/",
)
log = logging.getLogger(__name__)


def proof(salt, number):
    """The hash that hides `number`: hexadecimal PBKDF2-HMAC-SHA256 of it with the salt."""
    return hashlib.pbkdf2_hmac("sha256", str(number).encode(), salt.encode(), ROUNDS).hex()


def challenge(purpose):
    """A signed challenge for a purpose: 'salt:hash', to be solved by finding the number."""
    salt = secrets.token_urlsafe(16)
    return signing.TimestampSigner(salt=f"captcha.{purpose}").sign(
        f"{salt}.{proof(salt, secrets.randbelow(NUMBERS))}"
    )


def is_solved(purpose, token, number):
    """Whether a challenge of ours, young enough and of this purpose, is solved, for the first time."""
    try:
        salt, wanted = (
            signing.TimestampSigner(salt=f"captcha.{purpose}").unsign(token, max_age=AGE).split(".")
        )
    except (signing.BadSignature, ValueError):
        return False
    is_number = number.isascii() and number.isdecimal() and len(number) <= 4
    right = is_number and constant_time_compare(proof(salt, int(number)), wanted)
    return right and cache.add(f"captcha:{salt}", 1, AGE * 2)


def issue_code(user, purpose, *, now):
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
    """Opens the Content-Security-Policy of a view to reCAPTCHA, and only when that is the captcha in force."""
    if settings.CAPTCHA != "recaptcha":
        return view
    main, alternative = _GOOGLE
    return csp_update(
        {
            "frame-src": [main, alternative],
            "connect-src": [main],
            "style-src-attr": ["'unsafe-inline'"],
        }
    )(view)


class CaptchaWidget(forms.Widget):
    """Token, number and mailed code of the box in templates/components/captcha.html."""

    template_name = "components/captcha.html"

    def value_from_datadict(self, data, files, name):
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

    def use_required_attribute(self, initial):
        return False

    def id_for_label(self, id_):
        return ""


class CaptchaField(forms.Field):
    """Passes people: by the proof, by Google's word, or by a code mailed to them. `bind_to(request)` before use."""

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

    def __deepcopy__(self, memo):
        copy = super().__deepcopy__(memo)
        copy.widget.field = copy
        return copy

    def bind_to(self, request, *, code_sent=False):
        """Tie it to the request whose person may redeem a mailed code."""
        self.request, self.code_sent = request, code_sent

    def clean(self, value):
        if settings.CAPTCHA == "off":
            return True
        if value["code"]:
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
            code = "unreachable" if error.code == "captcha_error" else "required"
            raise ValidationError(self.error_messages[code], code=code) from error
        except OUTAGES as error:
            log.error("reCAPTCHA can't be reached: %r", error)
            raise ValidationError(self.error_messages["unreachable"], code="unreachable") from error


class _GoogleField(ReCaptchaField):
    """django-recaptcha's field without its look; no address of ours goes to Google."""

    def get_remote_ip(self):
        return ""
