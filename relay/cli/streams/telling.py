"""The timeline of a flight record in sentences, and what to do about its end."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

Moment = Mapping[str, Any]

MARKS: dict[str, str] = {
    "denied": "The plan {planId} refused the credential: {errorKey}{reason}.",
    "admitted": "The plan {planId} admitted the client{application}.",
    "refused": "The gateway answered with {status}: {errorKey}.",
    "routed": "The call went to {endpoint} through the entrypoint {entrypoint}.",
    "queued": "All connections that the pool of {endpoint} may have were in use.",
    "connecting": "A connection to {host}:{port} was begun{tls}.",
    "connected": "The connection to {address} was ready ({use}).",
    "attempt_failed": "The attempt at {endpoint} failed: {message}.",
    "answered": "The endpoint {endpoint} answered with status {status}.",
    "attached": "The client began to read the channel {channel} ({source}).",
    "source_connected": "The channel was connected to its source {endpoint}{url}.",
    "source_lost": "The connection to the source {endpoint} was lost: {reason}. The "
    "client kept its stream.",
    "source_refused": "The source {endpoint} refused to send events: {reason}.",
    "source_ended": "The source had no more events.",
    "head": "The client was sent the head of the response, with status {status}.",
    "first_event": "The client was sent the first event.",
    "paused": "The client took no more data: {count} times, for {totalMs} ms, at most "
    "{longestMs} ms at once.",
    "gap": "Events may be missing here: {reason}.",
    "challenged": "The client was asked to renew its credential: {reason}.",
    "ended": "The exchange ended: {outcome}{errorKey}{clock}.",
}
"""A sentence for each mark, with the details that it may have."""

OUTCOMES: dict[str, str] = {
    "completed": "the response was complete",
    "client_gone": "the client closed the connection",
    "upstream_gone": "the connection to the source failed or broke",
    "upstream_refused": "the source of the channel refused",
    "connect_timeout": "the endpoint accepted no connection in time",
    "read_timeout": "the endpoint sent no response head in time",
    "request_timeout": "the request took too long",
    "idle_timeout": "the source was silent for too long",
    "max_duration": "the stream reached its longest duration",
    "slow_consumer": "the client read too slowly",
    "expired": "the key, token or subscription expired",
    "revoked": "the key, subscription or plan was revoked, paused or closed",
    "drained": "the daemon was stopped or drained",
    "stopped": "the API or the stream was stopped",
    "source_ended": "the source has no more events",
    "limit_reached": "a limit refused or ended the call",
    "refused": "the gateway refused the call",
    "internal_error": "a fault in Relay, its store or an expression",
}
"""What an outcome means."""

_CLOCKS = {
    "idleTimeout": "Set idleTimeout of the endpoint to at least twice the heartbeat "
    "interval of the source, or let the source send heartbeats.",
    "connectTimeout": "Check the address and the load of the target, or raise "
    "connectTimeout of the endpoint.",
    "readTimeout": "Raise readTimeout of the endpoint if the source needs longer.",
    "requestTimeout": "Raise gateway.request_timeout_ms if calls may take longer.",
    "stallTimeout": "Let the client read faster, or raise gateway.stall_timeout_ms.",
}
_KEYS = {
    "GATEWAY_PLAN_UNRESOLVABLE": "Check the key or password, and that its subscription "
    "to a published plan is accepted.",
    "API_KEY_INVALID": "Renew the API key in its subscription.",
    "GATEWAY_CLIENT_CONNECTION_REFUSED": "Start the source, or correct the target.",
    "GATEWAY_CLIENT_DNS_RESOLUTION_ERROR": "Correct the host name of the target.",
    "GATEWAY_CLIENT_TLS_HANDSHAKE_ERROR": "Check the certificate of the target, and "
    "ssl.trustStore of the endpoint.",
    "NO_ENDPOINT_FOUND": "Look at the health checks of the API.",
    "GATEWAY_LOST": "Look at the log of the daemon, which was killed during the call.",
    "ENDED_BY_OPERATOR": "The audit trail says who ended the stream: STREAMS_ENDED.",
}
_OUTCOMES = {
    "upstream_gone": "Look at the log of the source. A client that reconnects resumes.",
    "upstream_refused": "Check the target and the credentials of the endpoint.",
    "connect_timeout": _CLOCKS["connectTimeout"],
    "read_timeout": _CLOCKS["readTimeout"],
    "request_timeout": _CLOCKS["requestTimeout"],
    "idle_timeout": _CLOCKS["idleTimeout"],
    "slow_consumer": "Send the client fewer events by a filter, or raise the bounds of "
    "slowConsumer or gateway.stall_timeout_ms.",
    "max_duration": "Nothing: the client reconnects and continues.",
    "expired": "Renew the credential or the subscription of the client.",
    "revoked": "Issue another key, or resume the subscription, if it was a mistake.",
    "drained": "Nothing: the client reconnects to another daemon, or later.",
    "stopped": "Start the API, if this was a mistake; clients then reconnect.",
    "limit_reached": "The error key names the limit: see Outcomes and error keys.",
    "refused": "The error key names the reason: see Outcomes and error keys.",
    "internal_error": "Look at the log of the daemon, which has the cause.",
}


class _Details(dict[str, Any]):
    """Details of a moment; one that is missing is a question mark."""

    def __missing__(self, name: str) -> str:
        return "?"


def sentence(
    moment: Moment,
    application: str | None = None,
    plan: Mapping[str, Any] | None = None,
) -> str:
    """
    Return the sentence of one moment.

    :param application: the name of the application of the exchange, if it is known.
    :param plan: the id and name of the plan of the exchange, if it is known.
    """
    mark = str(moment["mark"])
    detail = _Details(moment.get("detail") or {})
    if plan is not None and plan.get("name") and detail.get("planId") == plan["id"]:
        detail["planId"] = plan["name"]
    if mark == "ended":
        outcome = str(detail["outcome"])
        meaning = OUTCOMES.get(outcome)
        key, clock = detail.get("errorKey"), detail.get("clock")
        detail["outcome"] = f"{meaning} ({outcome})" if meaning else outcome
        detail["errorKey"] = f"; error key {key}" if key else ""
        detail["clock"] = f"; the clock that fired is {clock}" if clock else ""
    elif mark == "denied":
        reason = detail.get("reason")
        detail["reason"] = f" ({reason})" if reason else ""
    elif mark == "admitted":
        detail["application"] = f" of the application {application}" * bool(application)
    elif mark == "source_connected":
        # A query may have secrets.
        url = str(detail.get("url") or "").partition("?")[0]
        detail["url"] = f" at {url}" if url else ""
    elif mark == "connecting":
        detail["tls"] = " over TLS" if detail.get("tls") else ""
    template = MARKS.get(mark)
    if template is None:
        shown = ", ".join(f"{name} {value}" for name, value in detail.items())
        return f"{mark}: {shown}" if shown else mark
    return template.format_map(detail)


def ending(record: Mapping[str, Any]) -> str:
    """Return how the exchange of a record has ended, or that it goes on."""
    if not record.get("requestEnded"):
        return "The exchange goes on."
    outcome = str(record.get("outcome") or "")
    told = OUTCOMES.get(outcome, "the end is not known")
    text = f"It ended because {told}" if outcome != "completed" else "It is complete"
    parts = [f"outcome {outcome}" if outcome else ""]
    parts += [f"{word} {record[name]}" for name, word in _ENDS if record.get(name)]
    return f"{text} ({', '.join(part for part in parts if part)})."


_ENDS = (("errorKey", "error key"), ("clock", "clock"), ("status", "status"))


def advice(record: Mapping[str, Any]) -> str | None:
    """Return what to do about the end of a record; None if there is nothing."""
    status = record.get("status") or 0
    outcome = record.get("outcome")
    if outcome == "completed" and status >= 400:
        return (
            f"The source itself answered with {status}: check the path and the "
            "credentials that reach it, and its log."
        )
    return (
        _KEYS.get(record.get("errorKey") or "")
        or _CLOCKS.get(record.get("clock") or "")
        or _OUTCOMES.get(outcome or "")
    )
