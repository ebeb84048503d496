"""Configuration of the ``BASIC`` plan, which is Relay's own."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator

from relay.model.schema.base import Options
from relay.model.schema.scalars import Flag, Literally


def _printable(value: str) -> str:
    if not (value.isascii() and value.isprintable()):
        raise ValueError("must be printable ASCII")
    return value


class BasicOptions(Options):
    """What callers are told, and whether their credentials go on to the source."""

    realm: Annotated[Literally, AfterValidator(_printable)] = "Relay"
    """What browsers and others show when they ask for a password."""
    propagate_auth_header: Flag = False
    """Whether ``Authorization`` goes upstream."""
