"""Create and end subscriptions, within a transaction."""

from __future__ import annotations

from dataclasses import replace
from uuid import uuid4

from relay.catalog import Catalog
from relay.management.consumers import keys
from relay.management.consumers.configuration import configure
from relay.management.consumers.representations import (
    SubscriptionView,
    view_subscription,
)
from relay.management.resources.hrids import new_hrid
from relay.management.resources.representations import find_api
from relay.model.api.lifecycle import security_type
from relay.model.consumers import subscriptions as rules
from relay.model.consumers.application import certificate_of, client_id_of
from relay.model.consumers.records import (
    OPEN,
    ApiKeyMode,
    ApplicationRecord,
    SubscriptionRecord,
)
from relay.model.records import PlanRecord
from relay.model.schema.errors import Invalid, Issue
from relay.store.transaction import Transaction


def subscribe(
    tx: Transaction,
    catalog: Catalog,
    plan: PlanRecord,
    application: ApplicationRecord,
    *,
    hrid: str | None = None,
    metadata: dict[str, str],
    mode: ApiKeyMode | None,
    accept: bool,
    message: str | None = None,
    custom: str | None = None,
    configuration: object = None,
) -> SubscriptionView:
    """
    Subscribe an application to a plan.

    :param catalog: checks the configuration.
    :param hrid: None to derive one from those of the application and the plan.
    :param mode: whether the application's keys are shared.
    :param accept: whether it is accepted at once, regardless of the plan's validation.
    :param message: of the consumer to the publisher.
    :param custom: an API key chosen by the publisher; None for a random one.
    :param configuration: the ``consumerConfiguration`` for a PUSH plan.
    :raises Refused: when the plan accepts no subscriptions, or not this one.
    :raises Invalid: when the plan requires a message and there is none, or the
        configuration cannot be used.
    """
    security = security_type(plan.definition)
    keys.check_custom(security, custom)
    if security == "API_KEY":
        application = keys.choose_mode(tx, application, mode)
    rules.check_subscribe(
        plan,
        application,
        of_application_to(tx, application.id, plan.api_id),
        {one.id: one for one in tx.plans.list(plan.api_id)},
        client_id_of(application.definition),
        certificate_of(application.definition),
    )
    if plan.definition.get("commentRequired") and not accept and not message:
        raise Invalid([Issue("is required by the plan", "consumerMessage")])
    configured = configure(catalog, find_api(tx, plan.api_id), plan, configuration)
    record = SubscriptionRecord(
        id=str(uuid4()),
        api_id=plan.api_id,
        plan_id=plan.id,
        application_id=application.id,
        hrid=new_hrid(
            tx.subscriptions, hrid, f"{application.hrid}-{plan.hrid}", plan.api_id
        ),
        status="PENDING",
        consumer_message=message,
        publisher_message=None,
        metadata=metadata,
        starting_at_ms=None,
        ending_at_ms=None,
        created_at_ms=tx.now_ms,
        updated_at_ms=tx.now_ms,
        processed_at_ms=None,
        paused_at_ms=None,
        closed_at_ms=None,
        consumer_configuration=configured.value,
    )
    if accept or plan.definition["validation"] == "AUTO":
        record = rules.accepted(record, tx.now_ms)
    tx.subscriptions.add(record)
    made = None
    if record.status == "ACCEPTED":
        made = keys.make_first(tx, record, application, security, custom)
    return view_subscription(tx, record, made, configured.made)


def of_application_to(
    tx: Transaction, application_id: str, api_id: str
) -> list[SubscriptionRecord]:
    """List the subscriptions of an application to one API."""
    return [
        one
        for one in tx.subscriptions.of_application(application_id)
        if one.api_id == api_id
    ]


def close(tx: Transaction, record: SubscriptionRecord) -> SubscriptionRecord:
    """
    End a subscription with its own keys; the caller saves the subscription.

    :raises Refused: when it has ended already.
    """
    over = rules.closed(record, tx.now_ms)
    keys.revoke_all(tx, record.id)
    return over


def close_all(tx: Transaction, records: list[SubscriptionRecord]) -> None:
    """End subscriptions whose plan or application ends."""
    for record in records:
        if record.status in OPEN:
            tx.subscriptions.save(close(tx, record))


def archive(tx: Transaction, application: ApplicationRecord) -> None:
    """End an application with its subscriptions and shared keys."""
    close_all(tx, tx.subscriptions.of_application(application.id))
    for key in tx.api_keys.shared(application.id):
        if key.revoked_at_ms is None:
            tx.api_keys.save(replace(key, revoked_at_ms=tx.now_ms))
    tx.applications.save(replace(application, status="ARCHIVED"))
