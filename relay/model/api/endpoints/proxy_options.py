"""The forward proxy through which an endpoint is dialled."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, Strict, model_validator

from relay.model.schema.base import Options
from relay.model.schema.refusal import Where, refusal
from relay.model.schema.types.hosts import is_address, is_host
from relay.model.schema.types.keywords import INEFFECTIVE, When
from relay.model.schema.types.scalars import (
    Flag,
    Integral,
    Literally,
    LiterallyOrAbsent,
    Upper,
)
from relay.model.schema.types.sensitive import SENSITIVE

_SOCKS5_LONGEST = 255
"""Bytes of a user name or password that fit (RFC 1929 §2)."""


def _no_system_proxy(value: bool) -> bool:
    if value:
        raise ValueError(
            "the proxy of the system is not supported: give host and port here"
        )
    return value


_ENABLED = When("enabled", True)


class ProxyOptions(Options):
    """A forward proxy: HTTP ``CONNECT`` or SOCKS5."""

    enabled: Flag = False
    """Calls go through the proxy."""
    use_system_proxy: Annotated[Flag, AfterValidator(_no_system_proxy), INEFFECTIVE] = (
        False
    )
    """The proxy of the system is used."""
    host: Annotated[Literally, _ENABLED] = ""
    """The host of the proxy; required if the proxy is enabled."""
    port: Annotated[int, Strict(), Field(ge=0, le=65535), Integral, _ENABLED] = 0
    """The port of the proxy; required if the proxy is enabled."""
    username: Annotated[LiterallyOrAbsent, _ENABLED] = None
    """The user at the proxy."""
    password: Annotated[LiterallyOrAbsent, Field(repr=False), SENSITIVE, _ENABLED] = (
        None
    )
    """The password at the proxy."""
    type: Annotated[Literal["HTTP", "SOCKS4", "SOCKS5"], Upper, _ENABLED] = "HTTP"
    """``SOCKS4`` cannot be enabled."""

    @model_validator(mode="after")
    def _is_usable(self) -> Self:
        if self.enabled and (problems := list(self._problems())):
            raise refusal(problems)
        return self

    def _problems(self) -> Iterator[tuple[Where, str]]:
        if not self.host:
            yield ("host",), "is required when the proxy is enabled"
        elif not (is_host(self.host) or is_address(self.host)):
            yield ("host",), "must be a host name or an IP address, without a port"
        if not self.port:
            yield ("port",), "is required when the proxy is enabled"
        if self.type == "SOCKS4":
            yield ("type",), "SOCKS4 is not supported: use SOCKS5 or HTTP"
        if self.password is not None and self.username is None:
            yield ("username",), "is required with a password"
        for name, value in (("username", self.username), ("password", self.password)):
            if value is None:
                continue
            if any(ord(letter) < 0x20 or letter == "\x7f" for letter in value):
                yield (name,), "must not contain control characters"
            if len(value.encode("utf-8", "replace")) > _SOCKS5_LONGEST:
                yield (name,), f"must be at most {_SOCKS5_LONGEST} bytes"
        if self.type == "HTTP" and ":" in (self.username or ""):
            yield ("username",), "must not contain a colon (RFC 7617)"
