"""Calls of the whole management listener of a real daemon."""

from __future__ import annotations

import base64
import http.client
import json

from tests.wire.harness.daemon import BOUND_S, PASSWORD, Answer, Daemon, check

ADMIN = "Basic " + base64.b64encode(f"admin:{PASSWORD}".encode()).decode()


def call(daemon: Daemon, method: str, path: str, body: object = None) -> Answer:
    """
    Call the management listener as the administrator.

    :param path: of the URL.
    """
    connection = http.client.HTTPConnection(
        "127.0.0.1", daemon.management_port, timeout=BOUND_S
    )
    sent = {"Authorization": ADMIN, "Content-Type": "application/json"}
    content = None if body is None else json.dumps(body)
    try:
        connection.request(method, path, content, sent)
        answer = Answer(connection.getresponse())
    finally:
        connection.close()
    check(method, path, answer)
    return answer


def token_of(daemon: Daemon) -> str:
    """Create a token of the administrator: it cannot change the password."""
    body = {"name": "openapi"}
    answer = call(daemon, "POST", "/management/v2/users/current/tokens", body)
    token: str = answer.json()["token"]
    return token
