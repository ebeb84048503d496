"""The lifecycle of subscriptions.

Pure rules over records, as in :mod:`relay.model.api.lifecycle`: each action returns the
record that results from it, or is refused.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from relay.model.api.lifecycle import ActionRefused, security_type
from relay.model.consumers.records import OPEN, ApplicationRecord, SubscriptionRecord
from relay.model.records import PlanRecord
from relay.model.schema.errors import Invalid, Issue

TOKEN_SECURITIES = frozenset({"JWT", "OAUTH2"})
KEY_SECURITIES = frozenset({"API_KEY", "BASIC"})
"""Securities of plans whose subscriptions have API keys, or passwords."""


def check_subscribable(plan: PlanRecord) -> None:
    """
    :raises ActionRefused: unless the plan takes subscriptions.
    """
    if plan.status == "CLOSED":
        raise ActionRefused(
            f"Plan {plan.id} is already closed !", "plan.closed", plan=plan.id
        )
    if plan.status == "DEPRECATED":
        raise ActionRefused(
            f"Plan {plan.id} is deprecated and takes no new subscriptions",
            "plan.deprecated",
            plan=plan.id,
        )
    if plan.status == "STAGING":
        raise ActionRefused(
            f"Plan {plan.id} is not yet published !", "plan.notPublished", plan=plan.id
        )
    if security_type(plan.definition) == "KEY_LESS":
        raise ActionRefused(
            "A key-less plan is not subscribable: everybody may call",
            "plan.notSubscribable",
            plan=plan.id,
        )


def check_subscribe(
    plan: PlanRecord,
    application: ApplicationRecord,
    others: Iterable[SubscriptionRecord],
    plans: Mapping[str, PlanRecord],
    client_id: str | None,
    certificate: str | None,
) -> None:
    """
    :param plan: which the application wants.
    :param others: all subscriptions of the application to this API.
    :param plans: the plans of the API, by id.
    :param client_id: the application's.
    :param certificate: the digest of the application's.
    :raises ActionRefused: when the plan takes no subscriptions, or not this one.
    """
    check_subscribable(plan)
    check_active(application)
    security = security_type(plan.definition)
    if security in TOKEN_SECURITIES and not client_id:
        raise ActionRefused(
            "A client_id is required to subscribe to an OAuth2 or JWT plan.",
            "plan.clientIdRequired",
            application=application.id,
        )
    if security == "MTLS" and not certificate:
        raise ActionRefused(
            "A client certificate is required to subscribe to an mTLS plan.",
            "plan.clientCertificateRequired",
            application=application.id,
        )
    live = [one for one in others if one.status in OPEN]
    _check_not_subscribed(plan, live)
    for other in live:
        theirs = plans.get(other.plan_id)
        same = theirs and security_type(theirs.definition) == security == "API_KEY"
        if same and application.api_key_mode == "SHARED":
            raise ActionRefused(
                "An application whose API keys are shared has one subscription to an"
                " API-key plan of each API",
                "plan.alreadySubscribed",
                plan=other.plan_id,
            )


def _check_not_subscribed(plan: PlanRecord, live: Iterable[SubscriptionRecord]) -> None:
    """
    :param live: subscriptions of one application that are not over.
    :raises ActionRefused: when one of them is to the plan.
    """
    for one in live:
        if one.plan_id == plan.id:
            raise ActionRefused(
                f"Plan {plan.id} is already subscribed by application"
                f" {one.application_id}",
                "plan.alreadySubscribed",
                plan=plan.id,
            )


def check_unused(plan: PlanRecord, taken: Iterable[SubscriptionRecord]) -> None:
    """
    :param taken: its subscriptions that are not over.
    :raises ActionRefused: when there are any.
    """
    if any(taken):
        raise ActionRefused(
            f"Plan {plan.id} has subscriptions, and must be closed before it is"
            " deleted",
            "plan.subscribed",
            plan=plan.id,
        )


def check_active(application: ApplicationRecord) -> None:
    """
    :raises ActionRefused: when the application is archived.
    """
    if application.status != "ACTIVE":
        raise ActionRefused(
            f"Application [{application.id}] is archived",
            "application.archived",
            application=application.id,
        )


def accepted(
    record: SubscriptionRecord,
    now_ms: int,
    reason: str | None = None,
    starting_at_ms: int | None = None,
    ending_at_ms: int | None = None,
) -> SubscriptionRecord:
    """Accept a subscription.

    :param reason: shown to the consumer.
    :param starting_at_ms: from when on; at once by default.
    :param ending_at_ms: until when.
    :raises ActionRefused: unless it is pending.
    :raises Invalid: when it would end before it starts.
    """
    _check_pending(record)
    starting_at_ms = now_ms if starting_at_ms is None else starting_at_ms
    return dated(
        replace(
            record,
            status="ACCEPTED",
            publisher_message=reason,
            processed_at_ms=now_ms,
        ),
        starting_at_ms,
        ending_at_ms,
    )


def rejected(
    record: SubscriptionRecord, now_ms: int, reason: str | None = None
) -> SubscriptionRecord:
    """Reject a subscription.

    :raises ActionRefused: unless it is pending.
    """
    _check_pending(record)
    return replace(
        record,
        status="REJECTED",
        publisher_message=reason,
        processed_at_ms=now_ms,
        closed_at_ms=now_ms,
    )


def paused(record: SubscriptionRecord, now_ms: int) -> SubscriptionRecord:
    """Pause a subscription.

    :raises ActionRefused: unless it is accepted.
    """
    if record.status != "ACCEPTED":
        raise _wrong(record, "paused", "subscription.notPausable")
    return replace(record, status="PAUSED", paused_at_ms=now_ms)


def resumed(record: SubscriptionRecord, now_ms: int) -> SubscriptionRecord:
    """Resume a paused subscription.

    :raises ActionRefused: unless it is paused.
    """
    if record.status != "PAUSED":
        raise _wrong(record, "resumed", "subscription.notPaused")
    return replace(record, status="ACCEPTED", paused_at_ms=None)


def check_pushed(record: SubscriptionRecord) -> None:
    """
    :raises ActionRefused: unless its plan is a PUSH plan.
    """
    if record.consumer_configuration is None:
        raise ActionRefused(
            f"Subscription {record.id} is not to a PUSH plan: nothing is sent to it",
            "subscription.notPushed",
            subscription=record.id,
        )


def recovered(record: SubscriptionRecord) -> SubscriptionRecord:
    """Restart deliveries that have failed.

    :raises ActionRefused: unless they have.
    """
    if record.consumer_status != "FAILURE":
        raise ActionRefused(
            f"Subscription {record.id} has not failed: its consumerStatus must be"
            " FAILURE",
            "subscription.notFailed",
            subscription=record.id,
        )
    return replace(record, consumer_status="STARTED", failure_cause=None)


def reconfigured(
    record: SubscriptionRecord, configuration: dict[str, Any] | None
) -> SubscriptionRecord:
    """Replace the ``consumerConfiguration``, which restarts failed deliveries, too.

    :param configuration: the new one, checked.
    """
    return replace(
        record,
        consumer_configuration=configuration,
        consumer_status="STARTED",
        failure_cause=None,
    )


def closed(record: SubscriptionRecord, now_ms: int) -> SubscriptionRecord:
    """Close a subscription; a pending one is rejected.

    :raises ActionRefused: when it is over already.
    """
    if record.status == "PENDING":
        return rejected(record, now_ms, "Subscription has been closed.")
    if record.status not in OPEN:
        raise _wrong(record, "closed", "subscription.notClosable")
    return replace(record, status="CLOSED", closed_at_ms=now_ms)


def transferred(
    record: SubscriptionRecord,
    current: PlanRecord,
    wanted: PlanRecord,
    others: Iterable[SubscriptionRecord],
) -> SubscriptionRecord:
    """Transfer a subscription to another plan of the same API.

    :param wanted: the other plan.
    :param others: all subscriptions of its application to this API; it may be among
        them.
    :raises ActionRefused: unless that one takes subscriptions, with the same
        credentials, and the application has no other one to it.
    """
    if record.status not in ("ACCEPTED", "PAUSED"):
        raise _wrong(record, "transferred", "subscription.notTransferable")
    check_subscribable(wanted)
    if security_type(current.definition) != security_type(wanted.definition):
        raise ActionRefused(
            "A subscription can only be transferred to a plan of the same security",
            "subscription.transferNotAllowed",
            plan=wanted.id,
        )
    _check_not_subscribed(
        wanted, [one for one in others if one.status in OPEN and one.id != record.id]
    )
    return replace(record, plan_id=wanted.id)


def dated(
    record: SubscriptionRecord, starting_at_ms: int | None, ending_at_ms: int | None
) -> SubscriptionRecord:
    """Change when a subscription begins and ends.

    :raises Invalid: when it would end before it starts.
    """
    if (
        starting_at_ms is not None
        and ending_at_ms is not None
        and ending_at_ms <= starting_at_ms
    ):
        raise Invalid([Issue("must be after startingAt", "endingAt")])
    return replace(record, starting_at_ms=starting_at_ms, ending_at_ms=ending_at_ms)


def check_updatable(record: SubscriptionRecord) -> None:
    """
    :raises ActionRefused: when it is over, or still pending.
    """
    if record.status not in ("ACCEPTED", "PAUSED"):
        raise _wrong(record, "updated", "subscription.notUpdatable")


def check_keys(record: SubscriptionRecord, plan: PlanRecord) -> None:
    """
    :raises ActionRefused: unless its plan uses keys.
    """
    if security_type(plan.definition) not in KEY_SECURITIES:
        raise ActionRefused(
            "The plan of this subscription has no API keys",
            "plan.notApiKey",
            plan=plan.id,
        )
    check_updatable(record)


def _check_pending(record: SubscriptionRecord) -> None:
    if record.status != "PENDING":
        raise ActionRefused(
            f"Subscription {record.id} has already been processed",
            "subscription.processed",
            subscription=record.id,
        )


def _wrong(record: SubscriptionRecord, done: str, code: str) -> ActionRefused:
    return ActionRefused(
        f"Subscription {record.id} is {record.status} and cannot be {done}",
        code,
        subscription=record.id,
    )
