"""The resource ``auth-provider-inline-resource``: users with their passwords."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, Field

from relay.model.schema.base import Options
from relay.model.schema.types.keywords import INEFFECTIVE
from relay.model.schema.types.scalars import Name
from relay.model.schema.types.sensitive import SENSITIVE


def _no_colon(value: str) -> str:
    if ":" in value:
        raise ValueError("must not contain a colon (RFC 7617)")
    return value


Username = Annotated[Name, AfterValidator(_no_colon)]
Password = Annotated[str, Field(min_length=1, repr=False), SENSITIVE]


class InlineUser(Options):
    """A user of an inline provider."""

    username: Username
    """The user name, compared without regard to case."""
    password: Password
    """The password."""
    roles: Annotated[tuple[str, ...], INEFFECTIVE] = ()
    """Without effect."""


class InlineUsers(Options):
    """The users of ``policy-basic-authentication`` steps that name the resource."""

    users: tuple[InlineUser, ...]
    """Of several users with one name the first counts."""
