"""An application as its owner defines it: who consumes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import AfterValidator, Field, model_validator

from relay.model.consumers.certificates import read_certificate, thumbprint
from relay.model.consumers.records import ApiKeyMode
from relay.model.hrid import Hrid
from relay.model.schema import unsupported
from relay.model.schema.base import Options
from relay.model.schema.descriptive import Kept
from relay.model.schema.types.keywords import INEFFECTIVE
from relay.model.schema.types.scalars import Flag, Name, Upper

READ_ONLY = frozenset(
    {
        "_links",
        "createdAt",
        "environmentId",
        "id",
        "primaryOwner",
        "status",
        "updatedAt",
    }
)
"""Set by the server only; left aside when a client sends them along."""


class SimpleSettings(Options):
    """The facts about the program of an application."""

    type: str | None = None
    client_id: Annotated[Name | None, Field(max_length=300)] = None
    """By which tokens name it."""


def _certificate(text: str) -> str:
    read_certificate(text)
    if text.count("-----BEGIN") > 1:
        raise ValueError("holds several certificates, and an application has one")
    return text


class ApplicationTls(Options):
    """The certificate that the program shows."""

    client_certificate: Annotated[str, AfterValidator(_certificate)] | None = None
    """One certificate, as PEM or as DER in base64."""


class ApplicationSettings(Options):
    """How the application is recognised."""

    app: SimpleSettings | None = None
    oauth: unsupported.ClientRegistration = None
    tls: ApplicationTls | None = None


class ApplicationDefinition(Options):
    """An application; runtime fields (``id``, ``status``, ...) are left aside."""

    hrid: Hrid | None = None
    """The human-readable id."""
    name: Name
    description: str | None = None
    domain: str | None = None
    type: str | None = None
    groups: tuple[str, ...] | None = None
    picture: Annotated[str | None, Field(repr=False)] = None
    api_key_mode: Annotated[ApiKeyMode, Upper] | None = None
    settings: ApplicationSettings = ApplicationSettings()
    metadata: Kept = None
    members: Kept = None
    background: Annotated[str | None, Field(repr=False)] = None
    picture_url: str | None = None
    notify_members: Annotated[Flag | None, INEFFECTIVE] = None

    @model_validator(mode="before")
    @classmethod
    def _without_runtime_fields(cls, body: Any) -> Any:
        if not isinstance(body, Mapping):
            return body
        return {key: value for key, value in body.items() if key not in READ_ONLY}


def client_id_of(definition: Mapping[str, Any]) -> str | None:
    """
    :param definition: what :meth:`ApplicationDefinition.to_json` gave.
    :returns: by which tokens name the application.
    """
    app = (definition.get("settings") or {}).get("app") or {}
    client_id: str | None = app.get("clientId")
    return client_id


def certificate_of(definition: Mapping[str, Any]) -> str | None:
    """
    :param definition: what :meth:`ApplicationDefinition.to_json` gave.
    :returns: the ``x5t#S256`` of the application's client certificate.
    """
    tls = (definition.get("settings") or {}).get("tls") or {}
    text: str | None = tls.get("clientCertificate")
    return None if text is None else thumbprint(read_certificate(text))
