"""People of the demo who sign in and upload files, by the requests that their browsers would send."""

import html
import re
import secrets
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from http.cookiejar import CookieJar
from urllib.parse import urlencode, urlsplit

from drill.bombs import Paper
from drill.site import Site
from portal.demo.people import PASSWORD

ADMINS = (
    "admin@acme.example",
    "admin@rival.example",
    "elsa@lindqvist.example",
    "tom@brightwell.example",
)
OPERATOR = "operator@portal.example"
LOGIN = "/accounts/login/"
DOOR, BEHIND_IT = "/company/documents/add/", "/company/"
TABLES = "/admin/customers/customer/import/"
# Seconds for an answer: core.gate lets wait for 5 and work for 15; the rest is for a busy machine.
ANSWER_WITHIN = 30
_ERROR = re.compile(
    r'<p class="error".*?<span class="visually-hidden">.*?</span>(.*?)</span>', re.S
)
# Of the field, as when the gate is busy; of the table's lines, once it was read.
_ERROR_IN_ADMIN = re.compile(r'(?:class="errorlist"|Nothing was imported).*?<li>(.*?)</li>', re.S)
_PREVIEW = 'name="import_file_name"'  # the form that confirms a table which was read


@dataclass(frozen=True)
class Answer:
    """The answer to an upload: after how long it came, and its words."""

    seconds: float
    words: str
    is_taken: bool = False
    is_failure: bool = False  # no answer, or none that tells a person what to do


class Person:
    """Somebody with a browser."""

    def __init__(self, site: Site, email: str):
        self._site, self._cookies = site, CookieJar()
        self._browser = urllib.request.build_opener(
            # Whatever proxy the environment names: the portal is on this machine.
            urllib.request.ProxyHandler({}),
            urllib.request.HTTPCookieProcessor(self._cookies),
        )
        self._browser.addheaders = [("Accept-Language", "en")]
        self._open(LOGIN)
        fields = {"login": email, "password": PASSWORD, "csrfmiddlewaretoken": self._token()}
        response = self._open(LOGIN, urlencode(fields).encode())
        if urlsplit(response.url).path == LOGIN:
            raise RuntimeError(f"{email} can't sign in.")

    def upload(self, paper: Paper) -> Answer:
        """Add a file to the company's documents."""
        body, kind = _form({"detail": "other", "expires_on": ""} | self._token_field(), paper)
        return self._send(DOOR, body, kind)

    def _send(self, door, body, kind):
        begun = time.monotonic()
        try:
            response = self._open(door, body, kind)
            page = response.read().decode()
        except (OSError, ValueError) as error:
            # A status of failure (500) is an OSError too.
            return Answer(time.monotonic() - begun, f"failed: {error}", is_failure=True)
        seconds = time.monotonic() - begun
        if urlsplit(response.url).path == BEHIND_IT or _PREVIEW in page:
            return Answer(seconds, "taken", is_taken=True)
        found = _ERROR.search(page) or _ERROR_IN_ADMIN.search(page)
        words = " ".join(html.unescape(found[1]).split()) if found else "a page without words"
        return Answer(seconds, words, is_failure=not found)

    def _open(self, path, body=None, kind="application/x-www-form-urlencoded"):
        headers = {"Content-Type": kind} if body else {}
        request = urllib.request.Request(self._site.address + path, body, headers)
        return self._browser.open(request, timeout=ANSWER_WITHIN)

    def _token(self):
        return next(cookie.value for cookie in self._cookies if cookie.name == "csrftoken")

    def _token_field(self):
        return {"csrfmiddlewaretoken": self._token()}


class Operator(Person):
    """An operator, whose files are tables of customers."""

    def upload(self, paper: Paper) -> Answer:
        """Bring a table, as far as the page that shows what would come of it."""
        body, kind = _form({"resource": "0"} | self._token_field(), paper, control="import_file")
        return self._send(TABLES, body, kind)


def _form(fields: dict[str, str], paper: Paper, control: str = "file") -> tuple[bytes, str]:
    """Return the body of a form with a file, and its content type."""
    boundary = secrets.token_hex(16)
    parts = [f'name="{name}"\r\n\r\n{value}'.encode() for name, value in fields.items()]
    parts.append(f'name="{control}"; filename="{paper.name}"\r\n\r\n'.encode() + paper.content)
    begin = f"--{boundary}\r\nContent-Disposition: form-data; ".encode()
    body = b"".join(begin + part + b"\r\n" for part in parts) + f"--{boundary}--\r\n".encode()
    return body, f"multipart/form-data; boundary={boundary}"
