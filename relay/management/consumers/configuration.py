"""The ``consumerConfiguration`` of a subscription: check, complete, mask."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from relay.catalog import Catalog
from relay.model.api.endpoints.ssl_options import SslOptions
from relay.model.consumers.webhook_subscription import WebhookSubscription, signed
from relay.model.records import ApiRecord, PlanRecord
from relay.model.schema.errors import Invalid, Issue
from relay.model.schema.types.scalars import decoded
from relay.model.secrets import Masking
from relay.tls.client import client_creators
from relay.tls.material import MaterialError

AT = "consumerConfiguration"
_OWN = "entrypointConfiguration"
SECRET_BYTES = 32


def _type_of(
    key: str, holder: Mapping[str, Any], within: str
) -> type[WebhookSubscription] | None:
    """Webhooks are the only entrypoints that subscriptions configure."""
    webhook = key == _OWN and holder.get("entrypointId") == "webhook"
    return WebhookSubscription if webhook else None


_SECRETS = Masking(_type_of)


@dataclass(frozen=True, slots=True)
class Configured:
    """A configuration to store."""

    value: dict[str, Any] | None = field(default=None, repr=False)
    made: str | None = field(default=None, repr=False)
    """A generated secret, which is shown once; None without it."""


def configure(
    catalog: Catalog,
    api: ApiRecord,
    plan: PlanRecord,
    sent: Any,
    before: Mapping[str, Any] | None = None,
) -> Configured:
    """
    :param sent: the new configuration; None leaves it unchanged.
    :param before: the stored configuration.
    :raises Invalid: when it is missing, not allowed, or cannot be used.
    """
    push = plan.definition.get("mode") == "PUSH"
    if not push:
        if sent:
            raise Invalid([Issue("is for subscriptions to PUSH plans", AT)])
        return Configured()
    if sent is None:
        if before is None:
            raise Invalid([Issue("is required by a PUSH plan", AT)])
        return Configured(dict(before))
    if isinstance(sent, Mapping) and _OWN in sent:
        try:
            sent = {**sent, _OWN: decoded(sent[_OWN])}
        except ValueError as error:
            raise Invalid([Issue(str(error), f"{AT}.{_OWN}")]) from None
    value, problems = _SECRETS.unmasked(sent, before, AT)
    if problems:
        raise Invalid(problems)
    catalog.check_consumer(value, api.definition, AT)
    _check_stores(value)
    key = secrets.token_bytes(SECRET_BYTES)
    own, made = signed(value.get(_OWN) or {}, (before or {}).get(_OWN), key)
    return Configured({**value, _OWN: own}, made)


def _check_stores(value: Mapping[str, Any]) -> None:
    """
    Open the certificate stores, as a delivery does at its start.

    :param value: a configuration that is valid otherwise; its stores are content, not
        files of a gateway.
    :raises Invalid: when a store cannot be used.
    """
    ssl = SslOptions.read((value.get(_OWN) or {}).get("ssl") or {})
    try:
        client_creators(ssl, AT)
    except MaterialError as error:
        raise Invalid([Issue(str(error), f"{AT}.{_OWN}.ssl")]) from None


def configuration_json(value: Mapping[str, Any], made: str | None) -> dict[str, Any]:
    """
    Return a configuration with masked secrets.

    :param made: the secret that is shown, because it was just generated.
    """
    shown: dict[str, Any] = _SECRETS.masked(value)
    if made is not None:
        shown[_OWN]["signature"]["secret"] = made
    return shown
