"""
``http-signature``: verifies a signature of the request with a shared secret.

The format is that of draft-cavage-http-signatures, as in Gravitee.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import re
from collections.abc import Callable, Sequence
from email.utils import parsedate_to_datetime
from typing import Annotated, Any, Literal
from urllib.parse import unquote

from pydantic import Field, Strict
from zope.interface import implementer

from relay.expression.template import Template
from relay.expression.values import Lookup
from relay.model.api.kinds import PolicyType
from relay.model.schema.base import Options
from relay.model.schema.types.keywords import SECONDS
from relay.model.schema.types.scalars import Flag, Integral, Upper
from relay.model.schema.types.sensitive import SENSITIVE
from relay.model.schema.types.texts import Text
from relay.policies.call import Call, Interrupted
from relay.policies.interfaces import IPolicy, Policy, PolicyContext

_PARAMETER = re.compile(r'\s*([A-Za-z]+)=(?:"([^"]*)"|([0-9]+))\s*(?:,|$)')
_UNQUOTED = re.compile(r"\s*([A-Za-z]+)=([^\",]*)()(?:,|$)")
_DIGESTS = {
    "HMAC_SHA1": "sha1",
    "HMAC_SHA256": "sha256",
    "HMAC_SHA384": "sha384",
    "HMAC_SHA512": "sha512",
}
LONGEST = 8192

Algorithm = Annotated[
    Literal["HMAC_SHA1", "HMAC_SHA256", "HMAC_SHA384", "HMAC_SHA512"], Upper
]


class HttpSignature(Options):
    """The signatures that are accepted."""

    scheme: Annotated[Literal["AUTHORIZATION", "SIGNATURE"], Upper] = "AUTHORIZATION"
    """Whether the signature stands in ``Authorization: Signature ...`` or in a header
    ``Signature``."""
    secret: Annotated[Text, Field(min_length=1, repr=False), SENSITIVE]
    """``#keyId`` in it is the parameter ``keyId`` of the signature."""
    algorithms: tuple[Algorithm, ...] = ()
    """Empty for all but SHA-1."""
    enforce_headers: tuple[str, ...] = ()
    """What must be signed at the least, such as ``(request-target)``."""
    clock_skew: Annotated[int, Strict(), Field(ge=0, le=86_400), Integral, SECONDS] = 30
    """Seconds by which ``Date``, ``created`` and ``expires`` may be off."""
    strict_mode: Flag = True
    """Whether parameters must be quoted."""
    decode_signature: Flag = False
    """Whether the signature is percent-encoded."""


HTTP_SIGNATURE = PolicyType(
    "http-signature",
    "HTTP signature",
    HttpSignature,
    proxy=("request",),
    message=("request",),
    description="Verifies the signature of requests.",
)


@implementer(IPolicy)
class HttpSignatureType:
    """Makes ``http-signature`` steps."""

    kind = HTTP_SIGNATURE

    def build(self, configuration: dict[str, Any], context: PolicyContext) -> Policy:
        """Build a step."""
        return Signed(HttpSignature.read(configuration), context.wall_ms)


class Signed(Policy):
    """
    A configured ``http-signature`` step.

    :param wall_ms: the time of day, in milliseconds since the Unix epoch.
    """

    def __init__(self, options: HttpSignature, wall_ms: Callable[[], int]) -> None:
        self._in_authorization = options.scheme == "AUTHORIZATION"
        self._secret = Template.read(options.secret)
        allowed = options.algorithms or tuple(_DIGESTS)[1:]
        self._digests = {
            name.lower().replace("_", "-"): _DIGESTS[name] for name in allowed
        }
        self._enforced = frozenset(name.lower() for name in options.enforce_headers)
        self._skew_s = options.clock_skew
        self._wall_ms = wall_ms
        self._strict = options.strict_mode
        self._encoded = options.decode_signature

    def on_request(self, call: Call) -> None:
        """Refuse a request without a valid signature."""
        given = self._given(call)
        quoted = self._strict or '"' in given
        parameters = _parameters(given, _PARAMETER if quoted else _UNQUOTED)
        digest = self._digests.get(parameters.get("algorithm", "hs2019").lower())
        if digest is None and parameters.get("algorithm", "hs2019") == "hs2019":
            # hs2019 names no algorithm: use the first that is allowed.
            digest = next(iter(self._digests.values()))
        names = parameters.get("headers", "(created)").lower().split()
        if digest is None or not self._enforced <= set(names):
            raise _refused()
        self._check_times(call, parameters, names)
        key_id = parameters.get("keyId")
        secret = self._secret.render({**call.scope, "keyId": key_id})
        signed = "\n".join([f"{one}: {_part(call, parameters, one)}" for one in names])
        expected = hmac.digest((secret or "").encode(), signed.encode(), digest)
        encoded = parameters.get("signature", "")
        if self._encoded:
            encoded = unquote(encoded)
        try:
            signature = base64.b64decode(encoded, validate=True)
        except (binascii.Error, ValueError):
            raise _refused() from None
        if not secret or not hmac.compare_digest(signature, expected):
            raise _refused()

    def _given(self, call: Call) -> str:
        name = b"authorization" if self._in_authorization else b"signature"
        values = call.request.headers.getRawHeaders(name, [])
        if len(values) != 1:
            # Of several headers the upstream might read another one than this policy.
            raise _refused()
        text = values[0].decode("latin-1").strip()
        if self._in_authorization:
            scheme, _, text = text.partition(" ")
            if scheme.lower() != "signature":
                raise _refused()
        if not text or len(text) > LONGEST:
            raise _refused()
        return text

    def _check_times(
        self, call: Call, parameters: dict[str, str], names: Sequence[str]
    ) -> None:
        """
        Refuse a signature that is not valid yet or has expired.

        Only signed times count: anybody can add a ``created`` or an ``expires`` to a
        captured signature, and without a signed time it could be replayed for ever.
        """
        now_s = self._wall_ms() / 1000.0
        created, expires = (
            int(_part(call, parameters, name)) if name in names else None
            for name in ("(created)", "(expires)")
        )
        if created is not None and created > now_s + self._skew_s:
            raise _refused()
        if expires is not None and expires < now_s - self._skew_s:
            raise _refused()
        if created is not None:
            if expires is None and created < now_s - self._skew_s:
                raise _refused()
        elif "date" in names:
            if abs(_date_s(_header(call, "date")) - now_s) > self._skew_s:
                raise _refused()
        elif expires is None:
            raise _refused()


def _parameters(text: str, pattern: re.Pattern[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    at = 0
    while at < len(text):
        match = pattern.match(text, at)
        if match is None or match[1] in found:
            raise _refused()
        found[match[1]] = match[2] if match[2] is not None else match[3]
        at = match.end()
    for name in ("created", "expires"):
        value = found.get(name, "0")
        if not (value.isascii() and value.isdigit() and len(value) <= 15):
            raise _refused()
    return found


def _part(call: Call, parameters: dict[str, str], name: str) -> str:
    if name == "(request-target)":
        request = call.scope.get("request")
        uri = request.get("uri") if isinstance(request, Lookup) else None
        return f"{call.request.method.lower()} {uri}"
    if name in ("(created)", "(expires)"):
        if name[1:-1] not in parameters:
            raise _refused()
        return parameters[name[1:-1]]
    return _header(call, name)


def _header(call: Call, name: str) -> str:
    values = call.request.headers.getRawHeaders(name.encode("latin-1", "replace"))
    if not values:
        raise _refused()
    return ", ".join([value.decode("latin-1").strip() for value in values])


def _date_s(text: str) -> float:
    try:
        return parsedate_to_datetime(text).timestamp()
    except (ValueError, OverflowError):
        raise _refused() from None


def _refused() -> Interrupted:
    return Interrupted(
        401, "Invalid HTTP Signature", "HTTP_SIGNATURE_INVALID_SIGNATURE"
    )


http_signature = HttpSignatureType()
