"""Settings: all that can differ between installations is read from the environment (README).

Secure by default: only DEBUG shows errors, and only a portal at localhost goes without https.
"""

from pathlib import Path
from urllib.parse import urlsplit

import environ
from csp.constants import NONCE, NONE, SELF

from core import countries
from core.installation import database, private_files, secret_key

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.FileAwareEnv()  # SECRET_KEY_FILE=/run/secrets/… is read as SECRET_KEY
environ.Env.read_env(BASE_DIR / ".env")
VAR_DIR = Path(env("VAR_DIR", default=str(BASE_DIR / "var")))

# The site
DEBUG = env.bool("DEBUG", default=False)
DEMO = env.bool("DEMO", default=False)
# `make run`: secret and static files need no preparation.
LOCAL = env.bool("LOCAL", default=DEMO or DEBUG)
PUBLIC_URL = env("PUBLIC_URL", default="http://localhost:8000").rstrip("/")
PUBLIC_HOST = urlsplit(PUBLIC_URL).hostname
HTTPS = PUBLIC_URL.startswith("https://")
SECRET_KEY = secret_key(env, VAR_DIR / "secret-key", local=LOCAL)
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=[PUBLIC_HOST, *(["127.0.0.1"] if LOCAL else [])])
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL]
# Proxies whose X-Forwarded-For is believed; with 0 nobody can invent an address.
TRUSTED_PROXY_COUNT = ALLAUTH_TRUSTED_PROXY_COUNT = env.int("TRUSTED_PROXY_COUNT", default=0)
SITE_ID = None  # allauth goes without django.contrib.sites
ROOT_URLCONF = "portal.urls"
WSGI_APPLICATION = "portal.wsgi.application"
AUTH_USER_MODEL = "accounts.User"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Who runs it and what it is called
PORTAL_NAME = env("PORTAL_NAME", default="Supplier Portal")
# Of visitors and mail, until a person chooses a language.
PORTAL_LANGUAGE = env("PORTAL_LANGUAGE", default="ko")
OPERATOR_NAME = env("OPERATOR_NAME", default="Hanbit Procurement Services" if DEMO else "")
OPERATOR_ADDRESS = env(
    "OPERATOR_ADDRESS", default="24 Songdo-daero, Yeonsu-gu, Incheon, South Korea" if DEMO else ""
)
SUPPORT_EMAIL = env("SUPPORT_EMAIL", default="support@portal.example")
# Name or office in the privacy notice; without it that of the operator.
PRIVACY_OFFICER = env("PRIVACY_OFFICER", default="")
BRAND_COLOUR = env("BRAND_COLOUR", default="#0e6a57")

# Searching and asking to connect
PORTAL_SEARCHES_A_DAY = env.int("PORTAL_SEARCHES_A_DAY", default=20)
PORTAL_SEARCH_RESULTS = env.int("PORTAL_SEARCH_RESULTS", default=5)
PORTAL_REPEAT_MINUTES = env.int("PORTAL_REPEAT_MINUTES", default=10)  # the same words are free
PORTAL_REQUEST_DAYS = env.int("PORTAL_REQUEST_DAYS", default=30)
PORTAL_REQUESTS_TO_ONE = env.int("PORTAL_REQUESTS_TO_ONE", default=3)  # to a customer, in all
PORTAL_REQUESTS_A_DAY = env.int("PORTAL_REQUESTS_A_DAY", default=10)
PORTAL_DAYS_AFTER_DECLINE = env.int("PORTAL_DAYS_AFTER_DECLINE", default=30)  # before the next
PORTAL_REMINDER_DAYS = env.list("PORTAL_REMINDER_DAYS", cast=int, default=[7, 21])  # after it
PORTAL_MAILS_A_DAY = env.int("PORTAL_MAILS_A_DAY", default=50)  # to one contact, of all suppliers
PORTAL_REPORTS_TO_SUSPEND = env.int("PORTAL_REPORTS_TO_SUSPEND", default=3)  # of as many customers

# Invitations, steps, files
PORTAL_INVITATION_DAYS = env.int("PORTAL_INVITATION_DAYS", default=30)
PORTAL_INVITATIONS_A_DAY = env.int("PORTAL_INVITATIONS_A_DAY", default=10_000)  # of all customers
PORTAL_TEAM_INVITATIONS_A_DAY = env.int("PORTAL_TEAM_INVITATIONS_A_DAY", default=20)
# Steps submitted within that time make one mail to the reviewers.
PORTAL_REVIEW_MAIL_MINUTES = env.int("PORTAL_REVIEW_MAIL_MINUTES", default=1 if DEMO else 60)
PORTAL_UPLOAD_MB = env.int("PORTAL_UPLOAD_MB", default=10)
PORTAL_COMPANY_FILES_MB = env.int("PORTAL_COMPANY_FILES_MB", default=2000)
PORTAL_PERSON_FILES_MB_A_DAY = env.int("PORTAL_PERSON_FILES_MB_A_DAY", default=300)
PORTAL_TABLE_CELLS = env.int("PORTAL_TABLE_CELLS", default=400_000)  # rows × columns of an import
PORTAL_EXPIRY_DAYS = env.int("PORTAL_EXPIRY_DAYS", default=30)  # so long before people are told

# How long things are kept
PORTAL_CLOSING_DAYS = env.int("PORTAL_CLOSING_DAYS", default=14)  # closing can be taken back
PORTAL_RECORD_YEARS = env.int("PORTAL_RECORD_YEARS", default=5)  # of a closed company
PORTAL_MAIL_DAYS = env.int("PORTAL_MAIL_DAYS", default=180)  # that a mail was sent, not its text
PORTAL_NOTIFICATION_DAYS = env.int("PORTAL_NOTIFICATION_DAYS", default=365)

# Apps, middleware, templates
INSTALLED_APPS = [
    "whitenoise.runserver_nostatic",
    "core.apps.CoreConfig",
    "accounts.apps.AccountsConfig",
    "customers.apps.CustomersConfig",
    "connections.apps.ConnectionsConfig",
    "portal.apps.PortalConfig",
    "core.apps.OperatorAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.contrib.humanize",
    "django.forms",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "csp",
    "procrastinate.contrib.django",
    "pgtrigger",
    "pghistory",
    "import_export",
    "django_recaptcha",
    "django_countries",
    "phonenumber_field",
]
# Broken requests are refused before anything reads them; ours that need the person come after
# Django's and allauth's.
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "core.middleware.refuse_broken_requests",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "core.middleware.headers",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "accounts.middleware.known_device",
    "accounts.middleware.person",
    "accounts.unsaved_text.UnsavedTextMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "allauth.usersessions.middleware.UserSessionsMiddleware",
    "accounts.middleware.SignInFirst",
    "accounts.middleware.SupplierMiddleware",
    "core.middleware.HistoryContextMiddleware",
    "core.middleware.pages_only",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "django.template.context_processors.i18n",
                "core.context.site",
                "accounts.context.person",
                "connections.context.invitations",
            ],
        },
    },
]
FORM_RENDERER = "core.forms.Renderer"
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"

# Database, cache, jobs
EMBEDDED_PGDATA = VAR_DIR / "pgdata"
EMBEDDED_PG_OPTIONS = env("EMBEDDED_PG_OPTIONS", default="")
# A minute saves connecting on every request; checked, for the server may have restarted meanwhile.
DATABASES = {"default": database(env) | {"CONN_MAX_AGE": 60, "CONN_HEALTH_CHECKS": True}}
# In the database, since the limits that it counts must hold over all processes. Beyond MAX_ENTRIES
# Django throws some away, and limits with them.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "django_cache",
        "OPTIONS": {"MAX_ENTRIES": 200_000},
    }
}
PROCRASTINATE_AUTODISCOVER_MODULE_NAME = "jobs"
# Jobs at once, each with a connection to the database.
WORKER_CONCURRENCY = env.int("WORKER_CONCURRENCY", default=4)

# Web server: manage.py serve
HOST = env("HOST", default="127.0.0.1")
PORT = env.int("PORT", default=8000)
WEB_THREADS = env.int("WEB_THREADS", default=8)  # requests at work at once
WEB_CONNECTIONS = env.int("WEB_CONNECTIONS", default=500)
WEB_BODY_SECONDS = env.int("WEB_BODY_SECONDS", default=30)  # for a request to arrive whole
WEB_STOP_SECONDS = 8  # for requests at work when the server is stopped; Docker kills after 10

# Mail
EMAIL_BACKEND = "core.mail.QueueBackend"
MAIL_FOLDER = VAR_DIR / "mail"
if EMAIL_URL := env("EMAIL_URL", default=""):
    # Host, port, user and the rest of EMAIL_*; the backend stays ours, which queues.
    globals().update(env.email_url_config(EMAIL_URL) | {"EMAIL_BACKEND": EMAIL_BACKEND})
    MAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
else:
    MAIL_BACKEND = "core.mail.FolderBackend"
EMAIL_TIMEOUT = 20  # seconds; a server that is silent holds up one job of the worker
DEFAULT_FROM_EMAIL = SERVER_EMAIL = env("DEFAULT_FROM_EMAIL", default="noreply@portal.example")

# Languages and time
LANGUAGE_CODE = "en"
LANGUAGES = [("ko", "한국어"), ("en", "English")]
LOCALE_PATHS = [BASE_DIR / "locale"]
FORMAT_MODULE_PATH = ["core.formats"]
TIME_ZONE = env("TIME_ZONE", default="Asia/Seoul")
USE_TZ = True
FORMS_URLFIELD_ASSUME_HTTPS = True  # the default of Django 6

# Static files
STATIC_URL = "/static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
STATICFILES_DIRS = [BASE_DIR / "static"]
WHITENOISE_USE_FINDERS = LOCAL
# Django's default storage is not used: all that people upload is private.
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "private": private_files(env, VAR_DIR / "files"),
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if LOCAL
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}

# Accounts
STAFF_SECOND_FACTOR = env.bool("STAFF_SECOND_FACTOR", default=not DEMO)
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 9},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "accounts.passwords.PortalWordsValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
ACCOUNT_ADAPTER = "accounts.adapter.AccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_FORMS = {
    "login": "accounts.signup.LoginForm",
    "signup": "accounts.signup.SignupForm",
    "confirm_email_verification_code": "accounts.signup.ConfirmCodeForm",
    "reset_password": "accounts.signup.ResetForm",
    "reset_password_from_key": "accounts.signup.NewPasswordForm",
    "change_password": "accounts.signup.ChangePasswordForm",
}
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED = True
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_TIMEOUT = 600
ACCOUNT_EMAIL_VERIFICATION_SUPPORTS_RESEND = True
ACCOUNT_PREVENT_ENUMERATION = True  # no page tells whether an address has an account …
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False  # … and nobody gets mail for an account that does not exist
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = False  # the browser that changed it stays signed in
ACCOUNT_SESSION_REMEMBER = True  # for SESSION_HOURS, without asking
ALLAUTH_USER_CODE_FORMAT = {"numeric": True, "length": 6, "dashed": False}
MFA_ADAPTER = "accounts.adapter.MFAAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
# http://localhost only: browsers offer no passkeys elsewhere without https.
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not HTTPS
MFA_TOTP_TOLERANCE = 1  # a code of the last or next half minute counts too: clocks differ
MFA_TOTP_ISSUER = PORTAL_NAME
USERSESSIONS_TRACK_ACTIVITY = False  # it would write a row on every request

# Captcha: proof of work of our own, or reCAPTCHA with keys
RECAPTCHA_PUBLIC_KEY = env("RECAPTCHA_PUBLIC_KEY", default="")
RECAPTCHA_PRIVATE_KEY = env("RECAPTCHA_PRIVATE_KEY", default="")
RECAPTCHA_VERIFY_REQUEST_TIMEOUT = 3  # seconds; then people are offered a code by mail
CAPTCHA = env(
    "CAPTCHA", default="recaptcha" if RECAPTCHA_PUBLIC_KEY and RECAPTCHA_PRIVATE_KEY else "pow"
)

# Cookies, headers
# __Host-: browsers take such a cookie from this host over https only.
_prefix = "__Host-" if HTTPS else ""
SESSION_COOKIE_NAME = f"{_prefix}sessionid"
CSRF_COOKIE_NAME = f"{_prefix}csrftoken"
LANGUAGE_COOKIE_NAME = f"{_prefix}language"
DEVICE_COOKIE_NAME = f"{_prefix}device"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = HTTPS
CSRF_FAILURE_VIEW = "accounts.unsaved_text.csrf_failure"
CSRF_COOKIE_HTTPONLY = LANGUAGE_COOKIE_HTTPONLY = True
LANGUAGE_COOKIE_SAMESITE = "Lax"
LANGUAGE_COOKIE_AGE = 365 * 24 * 3600
SESSION_COOKIE_AGE = env.int("SESSION_HOURS", default=12) * 3600
STAFF_SESSION_AGE = env.int("STAFF_SESSION_HOURS", default=2) * 3600
SECURE_SSL_REDIRECT = HTTPS
# Probes of the machine itself come without https.
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
# Believed of a proxy only: anybody can send the header.
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if TRUSTED_PROXY_COUNT else None
SECURE_HSTS_SECONDS = 2 * 365 * 24 * 3600 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = HTTPS
# No other site learns an address. With no-referrer browsers would send “Origin: null” with our own
# forms, which CSRF protection refuses.
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF, NONCE],
        "style-src": [SELF, NONCE],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "worker-src": [SELF],
        "manifest-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "object-src": [NONE],
    }
}

CLAMD = env("CLAMD", default="")  # host:port or the path of a socket: files are scanned there

# Countries
COUNTRIES_FIRST = ["KR", "US", "JP", "CN", "DE"]  # those of most suppliers
COUNTRIES_FIRST_REPEAT = False
COUNTRIES_OVERRIDE = countries.NAMES

# Tables in the admin: a table is imported as a whole or not at all
IMPORT_EXPORT_USE_TRANSACTIONS = True
IMPORT_EXPORT_IMPORT_PERMISSION_CODE = "change"
IMPORT_EXPORT_EXPORT_PERMISSION_CODE = "view"

# Logging
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"no_tokens": {"()": "core.logs.CutTokens"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "filters": ["no_tokens"]}},
    "root": {"handlers": ["console"], "level": "WARNING"},
    "loggers": {
        "core": {"level": "INFO"},
        "procrastinate": {"level": "WARNING"},
        "waitress.queue": {"level": "ERROR"},  # it warns of each request that waits for a thread
    },
}
