"""The titles of fields and models, as forms show them."""

from __future__ import annotations

import re
from collections.abc import Iterable

_SPELLED = {
    "api": "API",
    "apis": "APIs",
    "cors": "CORS",
    "dns": "DNS",
    "http": "HTTP",
    "http2": "HTTP/2",
    "id": "ID",
    "ids": "IDs",
    "ip": "IP",
    "ips": "IPs",
    "jks": "JKS",
    "json": "JSON",
    "jwks": "JWKS",
    "jwt": "JWT",
    "kid": "key ID",
    "mqtt": "MQTT",
    "mtls": "mTLS",
    "oauth2": "OAuth 2",
    "pem": "PEM",
    "pkcs12": "PKCS#12",
    "qos": "QoS",
    "sse": "SSE",
    "ssl": "TLS",
    "tls": "TLS",
    "ttl": "TTL",
    "typ": "typ",
    "uri": "URI",
    "url": "URL",
    "urls": "URLs",
    "x509": "X.509",
}
"""Words that are not written in lower case."""
_UNITS = ("ms", "seconds")
"""Last words that repeat the unit of a field, which forms show behind the value."""
_WORD = re.compile(r"[A-Z]+(?![a-z])[0-9]*|[A-Z]?[a-z0-9]+")


def field_title(name: str) -> str:
    """
    Make the title of a field, such as ``Idle timeout`` of ``idle_timeout``.

    :param name: of the attribute, or of the member in JSON.
    """
    words = [word for part in name.split("_") for word in _WORD.findall(part)]
    if len(words) > 1 and words[-1].lower() in _UNITS:
        words.pop()
        if words[-1].lower() == "in":
            words.pop()
    return _sentence(words) or name


def model_title(name: str) -> str:
    """
    Make the title of an object, such as ``HTTP options`` of ``HttpOptions``.

    :param name: of the class.
    """
    return _sentence(_WORD.findall(name)) or name


def _sentence(words: Iterable[str]) -> str:
    text = " ".join(_SPELLED.get(word.lower(), word.lower()) for word in words)
    return text[:1].upper() + text[1:]
