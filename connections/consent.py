"""The consent that a person gives by sending a request.

A new wording gets a new version; old rows keep theirs.
"""

from django.utils.translation import gettext_lazy as _

VERSION = "2026-11"
TEXT = _(
    "I confirm by sending this request that I am actively doing business with this customer and contact. "
    "I am not soliciting new business opportunities with this company. "
    "I consent to my e-mail address being shared with this customer."
)
