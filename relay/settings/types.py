"""The types of settings: their valid values, and their conversion from TOML and text.

The annotation of a dataclass field describes a setting completely, so that a setting
exists as soon as its field does. pydantic checks values against annotations, without
any conversion: a value of another type is refused.
"""

import os
import re
import socket
import types
from collections.abc import Callable
from dataclasses import dataclass, is_dataclass
from functools import cache
from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import Annotated, Any, Union, cast, get_args, get_origin
from urllib.parse import urlsplit

import idna
from pydantic import (
    AfterValidator,
    ConfigDict,
    GetCoreSchemaHandler,
    TypeAdapter,
    ValidationError,
)
from pydantic_core import CoreSchema, ErrorDetails, core_schema
from twisted.internet.endpoints import serverFromString
from twisted.internet.interfaces import IReactorCore

from relay.settings.store_url import store_url

_MOST = 2**31 - 1
_LARGEST_BYTES = 2**40

_EXPECTED = {
    "bool_type": "true or false",
    "float_type": "a number",
    "int_type": "a whole number",
    "string_type": "a text",
}
"""The requirement on a value, by the type of pydantic's error."""


@dataclass(frozen=True)
class Range:
    """The whole numbers that a setting accepts, both ends included."""

    minimum: int
    maximum: int

    def __get_pydantic_core_schema__(
        self, source: object, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        return core_schema.no_info_after_validator_function(self, handler(int))

    def __call__(self, value: int) -> int:
        """
        :raises ValueError: when ``value`` is outside the range.
        """
        if not self.minimum <= value <= self.maximum:
            raise ValueError(
                f"must be from {self.minimum} to {self.maximum}, not {value}"
            )
        return value


def _ratio(value: float) -> float:
    if not 0 <= value <= 1:
        raise ValueError(f"must be from 0 to 1, not {value}")
    return value


@dataclass(frozen=True)
class Check:
    """
    A rule for a text.

    :param rule: returns the value of the setting, which may be of another type.
    :param may_be_empty: whether the rule is asked about an empty text, too.
    :param kind: the name of such a text in the documentation.
    """

    rule: Callable[[str], Any]
    may_be_empty: bool = False
    kind: str = "text"

    def __get_pydantic_core_schema__(
        self, source: object, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        return core_schema.no_info_after_validator_function(self, handler(str))

    def __call__(self, value: str) -> Any:
        """
        :raises ValueError: when ``value`` is empty and must not be, or the rule refuses
            it.
        """
        return self.rule(value if self.may_be_empty else _not_empty(value))


class Secret:
    """Marks a setting whose value is shown nowhere: ``Annotated[str, SECRET]``."""


SECRET = Secret()


def section_of(annotation: object) -> type[Any] | None:
    """
    Return the dataclass of a field that is a table of its own, perhaps an optional one.

    :param annotation: the type of a dataclass field.
    :return: None for other fields.
    """
    for part in (annotation, *_alternatives(annotation)):
        if isinstance(part, type) and is_dataclass(part):
            return part
    return None


def item_section(annotation: object) -> type[Any] | None:
    """
    Return the dataclass of a field that is a list of tables.

    :param annotation: the type of a dataclass field.
    :return: None for other fields.
    """
    return section_of(get_args(annotation)[0]) if _is_tuple(annotation) else None


def convert(value: object, annotation: object, text: bool) -> Any:
    """
    Read one value.

    :param value: as it is in the source.
    :param annotation: the field's type, with its :class:`Range` or :class:`Check`.
    :param text: whether ``value`` is text to be read, as in the environment.
    :raises ValueError: the message states the requirement on the value.
    """
    if text:
        value = _read(str(value), annotation)
    if isinstance(value, list) and _is_tuple(annotation):
        value = tuple(value)
    try:
        value = _adapter(annotation).validate_python(value)
    except ValidationError as error:
        raise ValueError(_explain(error.errors()[0])) from None
    return value if _may_be_empty(annotation) else _not_empty(value)


@cache
def _adapter(annotation: Any) -> TypeAdapter[Any]:
    return TypeAdapter(annotation, config=ConfigDict(strict=True))


def _read(text: str, annotation: object) -> object:
    """Read a text as TOML would, or return it as it is, for pydantic to refuse."""
    if get_origin(annotation) is Annotated:
        annotation = get_args(annotation)[0]
    if alternatives := _alternatives(annotation):
        if text == "" and types.NoneType in get_args(annotation):
            return None
        return _read(text, alternatives[0])
    if _is_tuple(annotation):
        item = get_args(annotation)[0]
        return [_read(one, item) for one in text.replace(",", " ").split()]
    if annotation is bool:
        return {"true": True, "false": False}.get(text.lower(), text)
    if annotation is float and re.fullmatch(r"[0-9]{1,9}(\.[0-9]{1,9})?", text):
        return float(text)
    if annotation is int and re.fullmatch("-?[0-9]{1,19}", text):
        return int(text)
    return text


def _explain(error: ErrorDetails) -> str:
    """Describe the problem with a value in one line."""
    kind, context = error["type"], error.get("ctx", {})
    if kind == "value_error":
        return str(context["error"])
    if kind == "tuple_type":
        return "must be a list"
    if kind == "literal_error":
        choices = ", ".join(re.findall("'([^']*)'", context["expected"]))
        return f"must be one of {choices}, not {error['input']!r}"
    return f"must be {_EXPECTED[kind]}, not {error['input']!r}"


def _not_empty(value: Any) -> Any:
    if value == "":
        raise ValueError("must not be empty")
    return value


def _may_be_empty(annotation: object) -> bool:
    return any(getattr(one, "may_be_empty", False) for one in get_args(annotation))


def _is_tuple(annotation: object) -> bool:
    return get_origin(annotation) is tuple


def _alternatives(annotation: object) -> tuple[Any, ...]:
    if get_origin(annotation) in (Union, types.UnionType):
        return tuple(a for a in get_args(annotation) if a is not type(None))
    return ()


def _endpoint(description: str) -> str:
    kind = description.removeprefix("haproxy:").partition(":")[0]
    if kind in ("ssl", "tls"):
        raise ValueError(
            "must be a plain endpoint such as tcp:8443; TLS is set by the tls table"
        )
    if kind == "systemd":
        return _inherited(description)
    port = re.match(r"(?:haproxy:)?tcp6?:(?:port=)?(\d+)", description)
    if port and int(port[1]) > 65535:
        raise ValueError(f"must have a port from 0 to 65535, not {port[1]}")
    try:
        # Parsing opens nothing and asks nothing of the reactor.
        serverFromString(  # type: ignore[no-untyped-call]
            cast(IReactorCore, None), description
        )
    except Exception as error:
        # A parser found as a plugin may raise anything at all.
        raise ValueError(
            f"must be a Twisted endpoint string such as tcp:8082, "
            f"not {description!r} ({type(error).__name__}: {error})"
        ) from None
    return description


@cache
def _inherited(description: str) -> str:
    """
    Complete the endpoint string of a socket that systemd has passed on.

    The result is kept: once it is listened on, the descriptor has another number.

    :return: with the address family of the socket, which Twisted wants to be told.
    """
    wanted = re.fullmatch(
        r"((?:haproxy:)?systemd:(?:name=[^:=]+|index=\d+))(?::domain=(INET6?|UNIX))?",
        description,
    )
    if wanted is None:
        raise ValueError(
            "must have the form systemd:name=NAME or systemd:index=NUMBER, "
            f"not {description!r}"
        )
    plain = wanted[1].removeprefix("haproxy:")
    try:
        found: Any = serverFromString(  # type: ignore[no-untyped-call]
            cast(IReactorCore, None), f"{plain}:domain=INET"
        )
        with socket.socket(fileno=os.dup(found.fileno)) as inherited:
            family = inherited.family.name.removeprefix("AF_")
    except (LookupError, OSError):
        raise ValueError(
            f"{description!r} names no socket that systemd has passed on (LISTEN_FDS)"
        ) from None
    if wanted[2] not in (None, family):
        raise ValueError(f"must have domain={family}, the family of the socket")
    return f"{wanted[1]}:domain={family}"


def _endpoint_or_off(description: str) -> str:
    return _endpoint(description) if description else description


def _network(text: str) -> IPv4Network | IPv6Network:
    try:
        return ip_network(text)
    except ValueError:
        raise ValueError(
            f"must be an address or a CIDR block without host bits, not {text!r}"
        ) from None


UNIX_PEER = "unix"
"""Stands for clients on a Unix socket, which have no address."""


def _proxy(text: str) -> IPv4Network | IPv6Network | str:
    if text == UNIX_PEER:
        return text
    try:
        return _network(text)
    except ValueError:
        raise ValueError(
            f"must be {UNIX_PEER}, an address or a CIDR block without host bits, not"
            f" {text!r}"
        ) from None


def _allowed(text: str) -> IPv4Network | IPv6Network | str:
    # Only digits, dots and slashes, or a colon: a mistyped address, never a name.
    if re.fullmatch(r"[0-9./]+|.*[:/].*", text):
        return _network(text)
    try:
        return _host(text)
    except ValueError:
        raise ValueError(
            f"must be host names without a port, addresses or CIDR blocks, not {text!r}"
        ) from None


def _public_url(text: str) -> str:
    try:
        parts = urlsplit(text)
        plain = not (parts.query or parts.fragment or parts.username)
        # Reading the port raises ValueError for a bad one.
        usable = (
            parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
        )
    except ValueError:
        plain = usable = False
    if not (plain and usable):
        raise ValueError(
            "must be an http or https URL without credentials, query or fragment"
        )
    return text.rstrip("/")


def _host(text: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?", text):
        raise ValueError(f"must be host names without a port, not {text!r}")
    return text.lower()


def _header_name(text: str) -> str:
    # RFC 9110, 5.1.
    if not re.fullmatch(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+", text):
        raise ValueError(f"must be a header name, not {text!r}")
    return text


def _parameter_name(text: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9._~-]+", text):
        raise ValueError(f"must be letters, digits and ._~-, not {text!r}")
    return text


def _content_type(text: str) -> str:
    if not re.fullmatch(r"[!#-+.-9A-Z^-z|~-]+/[!#-+.-9A-Z^-z|~-]+(;[ -~]*)?", text):
        raise ValueError(f"must be a media type, such as text/plain, not {text!r}")
    return text


def _tls_name(text: str) -> str:
    wildcard = "*." if text.startswith("*.") else ""
    name = text.removeprefix(wildcard).rstrip(".")
    try:
        if not name.isascii():
            name = idna.encode(name, uts46=True).decode("ascii")
        return wildcard + _host(name)
    except ValueError:
        raise ValueError(
            "must be host names without a port, of which *. may be the beginning, not"
            f" {text!r}"
        ) from None


Path = Annotated[str, Check(str, kind="path")]
Endpoint = Annotated[str, Check(_endpoint, kind="endpoint string")]
EndpointOrOff = Annotated[
    str, Check(_endpoint_or_off, may_be_empty=True, kind="endpoint string")
]
Network = Annotated[
    IPv4Network | IPv6Network, Check(_network, kind="address or CIDR block")
]
Proxy = Annotated[
    IPv4Network | IPv6Network | str, Check(_proxy, kind="address, CIDR block or `unix`")
]
Allowed = Annotated[
    IPv4Network | IPv6Network | str,
    Check(_allowed, kind="host name, address or CIDR block"),
]
PublicUrl = Annotated[str, Check(_public_url, kind="URL")]
HostName = Annotated[str, Check(_host, kind="host name")]
TlsName = Annotated[str, Check(_tls_name, kind="host name")]
HeaderName = Annotated[str, Check(_header_name, kind="header name")]
ContentType = Annotated[str, Check(_content_type, kind="media type")]
ParameterName = Annotated[str, Check(_parameter_name, kind="parameter name")]
StoreUrl = Annotated[str, Check(store_url, kind="store URL")]
Milliseconds = Annotated[int, Range(1, _MOST)]
MillisecondsOrOff = Annotated[int, Range(0, _MOST)]
Count = Annotated[int, Range(1, _MOST)]
CountOrOff = Annotated[int, Range(0, _MOST)]
Bytes = Annotated[int, Range(1024, _LARGEST_BYTES)]
BytesOrOff = Annotated[int, Range(0, _LARGEST_BYTES)]
Ratio = Annotated[float, AfterValidator(_ratio)]
