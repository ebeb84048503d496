"""Calls of the technical API of a real daemon."""

from __future__ import annotations

import base64
import http.client
import json

from tests.wire.harness.daemon import BOUND_S, PASSWORD, Answer, Daemon, check

ADMIN = "Basic " + base64.b64encode(f"admin:{PASSWORD}".encode()).decode()


def technical(
    daemon: Daemon,
    method: str,
    path: str,
    body: object = None,
    authorization: str | None = ADMIN,
    headers: dict[str, str] | None = None,
) -> Answer:
    """
    Call the technical API.

    :param path: with ``/_node``.
    :param body: sent as JSON; None for no body.
    :param authorization: the header; None to send none.
    """
    sent = dict(headers or {})
    if authorization is not None:
        sent["Authorization"] = authorization
    content = None
    if body is not None:
        content = json.dumps(body).encode()
        sent.setdefault("Content-Type", "application/json")
    connection = http.client.HTTPConnection(
        "127.0.0.1", daemon.technical_port, timeout=BOUND_S
    )
    try:
        connection.request(method, path, content, sent)
        answer = Answer(connection.getresponse())
    finally:
        connection.close()
    # Other paths are those of other listeners, and described for them.
    if path.startswith("/_node"):
        check(method, path, answer)
    return answer
