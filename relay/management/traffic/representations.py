"""The JSON of flight records."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from relay.model.flights import FlightRecord
from relay.model.marks import Mark, stored_detail
from relay.model.schema.types.timestamps import timestamp
from relay.store.transaction import Transaction

NO_APPLICATION = "1"
"""The id of the application of calls under a keyless plan."""


@dataclass(frozen=True)
class Names:
    """The plans and applications of some records, as JSON by id."""

    plans: dict[str, dict[str, Any]]
    applications: dict[str, dict[str, Any]]

    @classmethod
    def of(cls, tx: Transaction, records: Iterable[FlightRecord]) -> Names:
        """Read the plans and applications that records name."""
        plans: dict[str, dict[str, Any]] = {}
        applications: dict[str, dict[str, Any]] = {}
        for record in records:
            plan_id, application_id = record.plan_id, record.application_id
            if plan_id is not None and plan_id not in plans:
                plans[plan_id] = plan_shape(tx, record.api_id, plan_id)
            if application_id is not None and application_id not in applications:
                applications[application_id] = application_shape(tx, application_id)
        return cls(plans, applications)


def field_names(
    tx: Transaction, api_id: str, column: str, keys: Iterable[Any]
) -> dict[str, str]:
    """
    Return the names of plans and applications; any other value is its own name.

    :param keys: values of the column.
    """
    names = {str(key): str(key) for key in keys}
    for key in names:
        if column == "plan_id":
            names[key] = plan_shape(tx, api_id, key).get("name") or key
        elif column == "application_id":
            names[key] = application_shape(tx, key).get("name") or key
    return names


def plan_shape(tx: Transaction, api_id: str, plan_id: str) -> dict[str, Any]:
    """Return a plan of an API as far as it is known; it may have been deleted."""
    shape: dict[str, Any] = {"id": plan_id, "apiId": api_id}
    plan = tx.plans.get(api_id, plan_id)
    if plan is not None:
        definition = plan.definition
        shape["name"] = definition.get("name")
        for name in ("description", "mode"):
            if name in definition:
                shape[name] = definition[name]
        if (security := definition.get("security")) is not None:
            shape["security"] = {"type": security.get("type")}
    return shape


def application_shape(tx: Transaction, application_id: str) -> dict[str, Any]:
    """Return an application as far as it is known."""
    if application_id == NO_APPLICATION:
        return {"id": application_id, "name": "Unknown"}
    shape: dict[str, Any] = {"id": application_id}
    application = tx.applications.get(application_id)
    if application is not None:
        shape["name"] = application.definition.get("name")
        shape["apiKeyMode"] = application.api_key_mode
    return shape


def log_json(record: FlightRecord, names: Names) -> dict[str, Any]:
    """Return the JSON of a record in a list of logs; what is not known is left out."""
    plan_id, application_id = record.plan_id, record.application_id
    return _known(
        id=record.request_id,
        requestId=record.request_id,
        transactionId=record.transaction_id,
        timestamp=timestamp(record.at_ms),
        apiId=record.api_id,
        requestEnded=record.ended,
        method=record.method,
        uri=_uri(record),
        host=record.host,
        protocol=record.protocol,
        remoteAddress=record.remote_address,
        clientIdentifier=record.subscription_id,
        plan=None if plan_id is None else names.plans[plan_id],
        application=(
            None if application_id is None else names.applications[application_id]
        ),
        entrypoint=record.entrypoint,
        endpoint=record.endpoint,
        gateway=record.gateway,
        status=record.status or None,
        gatewayResponseTime=record.ttfb_ms,
        endpointResponseTime=record.endpoint_ms,
        duration=record.duration_ms,
        requestContentLength=record.bytes_in,
        responseContentLength=record.bytes_out,
        events=record.events,
        outcome=record.outcome,
        errorKey=record.error_key,
        clock=record.clock,
        calls=record.weight,
    )


def detail_json(record: FlightRecord, names: Names) -> dict[str, Any]:
    """Return the JSON of one record, with its timeline."""
    dropped, *listed = json.loads(record.timeline)
    moments: list[dict[str, Any]] = []
    for at_ms, mark, *values in listed:
        moment = {"atMs": max(0, at_ms), "mark": mark}
        if detail := stored_detail(mark, values):
            moment["detail"] = detail
        moments.append(moment)
    shape = log_json(record, names)
    shape["entrypointRequest"] = {"method": record.method, "uri": _uri(record)}
    if record.status:
        shape["entrypointResponse"] = {"status": record.status}
    answered = [one["detail"] for one in moments if one["mark"] == Mark.ANSWERED]
    if answered:
        shape["endpointResponse"] = {"status": answered[-1]["status"]}
    return {
        **shape,
        "timeline": moments,
        "timelineDropped": dropped,
    }


def metrics_json(record: FlightRecord, names: Names) -> dict[str, Any]:
    """Return the figures of one record."""
    log = log_json(record, names)
    latency_ms = None
    if record.ttfb_ms is not None and record.endpoint_ms is not None:
        latency_ms = max(0, record.ttfb_ms - record.endpoint_ms)
    wanted = (
        "timestamp",
        "apiId",
        "requestId",
        "transactionId",
        "host",
        "plan",
        "application",
        "gateway",
        "uri",
        "status",
        "requestContentLength",
        "responseContentLength",
        "remoteAddress",
        "gatewayResponseTime",
        "endpointResponseTime",
        "method",
        "endpoint",
        "errorKey",
    )
    shape = {name: log[name] for name in wanted if name in log}
    return {**shape, **_known(gatewayLatency=latency_ms)}


def _uri(record: FlightRecord) -> str:
    return record.path if record.query is None else f"{record.path}?{record.query}"


def _known(**members: Any) -> dict[str, Any]:
    return {name: value for name, value in members.items() if value is not None}
