"""Calls of the management API."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from typing import Any

from OpenSSL import SSL
from treq.client import HTTPClient
from twisted.internet.defer import Deferred, TimeoutError as Expired, fail
from twisted.internet.error import (
    ConnectionDone,
    ConnectionRefusedError,
    DNSLookupError,
)
from twisted.internet.task import Clock
from twisted.python.failure import Failure
from twisted.trial.unittest import SynchronousTestCase
from twisted.web.client import ResponseFailed
from twisted.web.iweb import IAgent
from zope.interface import implementer

from relay.cli.client import ENVIRONMENT, Client, trust_root
from relay.cli.errors import ApiError, Failed
from relay.cli.profiles import Profile
from tests.cli.server import URL, Call, Server

UNTRUSTED = SSL.Error([("SSL routines", "", "certificate verify failed")])


@implementer(IAgent)
class Unreachable:
    """An agent whose calls fail."""

    def __init__(self, error: BaseException) -> None:
        self._error = error

    def request(self, *arguments: Any, **keywords: Any) -> Deferred[Any]:
        """Fail."""
        return fail(self._error)


class ClientTests(SynchronousTestCase):
    """Calls, and the errors of calls."""

    def call(self, server: Server, *arguments: Any, **keywords: Any) -> Any:
        """Make a call."""
        client = server.client(keywords.pop("profile", None))
        return self.successResultOf(
            Deferred.fromCoroutine(client.call(*arguments, **keywords))
        )

    def error(self, server: Server) -> ApiError:
        """Make a call that is refused, and return the error."""
        calling = Deferred.fromCoroutine(server.client().call("GET", "/apis"))
        error = self.failureResultOf(calling).value
        assert isinstance(error, Failed)
        return error  # type: ignore[return-value]

    def test_call(self) -> None:
        """The path is below the environment, the query and the body are written."""
        server = Server(lambda call: (200, {"a": 1}))
        query = {"a": ["b c", 2], "d": True, "e": None}
        answer = self.call(server, "POST", "/apis", query=query, body={"ü": 1})
        self.assertEqual(answer, {"a": 1})
        (call,) = server.calls
        self.assertEqual(call.line, f"POST {ENVIRONMENT}/apis")
        self.assertEqual(call.query, {"a": ["b c", "2"], "d": ["true"]})
        self.assertEqual((call.body, call.authorization), ({"ü": 1}, "Bearer abc"))

    def test_password(self) -> None:
        """A user and a password are sent as Basic credentials."""
        server = Server(lambda call: (204, None))
        profile = Profile(URL, user="a", password="ü")
        self.assertEqual(self.call(server, "GET", "/apis", profile=profile), None)
        self.assertEqual(server.calls[0].authorization, "Basic YTrDvA==")

    def test_pages(self) -> None:
        """The items of all pages are read."""

        def answering(call: Call) -> tuple[int, Any]:
            page = int(call.query["page"][0])
            return 200, {"data": [{"id": page}], "pagination": {"pageCount": 3}}

        async def ids() -> list[int]:
            client = Server(answering).client()
            return [one["id"] async for one in client.items("/apis")]

        self.assertEqual(self.successResultOf(Deferred.fromCoroutine(ids())), [1, 2, 3])

    def test_refused(self) -> None:
        """The error has the message, the code and each detail."""
        details = [{"location": "name", "message": "must not be empty"}]
        body = {"message": "Validation error", "technicalCode": "v", "details": details}
        error = self.error(Server(lambda call: (400, body)))
        self.assertEqual((error.status, error.code), (400, "v"))
        self.assertEqual(
            error.format_message(), "Validation error\n  name: must not be empty"
        )
        self.assertEqual(error.to_json()["details"], details)

    def test_credentials_refused(self) -> None:
        """The error names the server."""
        error = self.error(Server(lambda call: (401, {"message": "Unauthorized"})))
        self.assertEqual(
            error.message, f"{URL} does not accept the token: Unauthorized"
        )

    def test_other_servers(self) -> None:
        """A server that is not Relay is told from a refusal."""
        error = self.error(Server(lambda call: (200, b"<html>")))
        self.assertIn("is not the management API of Relay", error.message)
        error = self.error(Server(lambda call: (502, b"<html>")))
        self.assertEqual(error.message, f"{URL} answered with 502")

    def test_unreachable(self) -> None:
        """The error names the server and the cause."""
        closed = ResponseFailed([Failure(ConnectionDone())])
        lost = ResponseFailed([Failure(UNTRUSTED), Failure(ConnectionDone())])
        for raised, reason in (
            (ConnectionRefusedError(), "connection refused"),
            (DNSLookupError(), "the host name has no address"),
            (Expired(), "timeout"),
            (closed, "the connection was closed before the response was complete"),
            (lost, "TLS: certificate verify failed; a file of authorities is given"),
        ):
            client = Client(Profile(URL), HTTPClient(Unreachable(raised)), Clock())
            calling = Deferred.fromCoroutine(client.call("GET", "/apis"))
            error = self.failureResultOf(calling, Failed).value
            self.assertIn(f"cannot reach {URL}: {reason}", error.message)


class TrustTests(SynchronousTestCase):
    """The file of authorities."""

    def test_files(self) -> None:
        """A file without certificates is an error that names it."""
        directory = Path(tempfile.mkdtemp())
        self.addCleanup(shutil.rmtree, directory)
        self.assertEqual(trust_root(Profile(URL)), None)
        path = directory / "ca.pem"
        damaged = "-----BEGIN CERTIFICATE-----\nabc\n-----END CERTIFICATE-----\n"
        for text in ("", damaged):
            path.write_text(text)
            error = self.assertRaises(Failed, trust_root, Profile(URL, ca=str(path)))
            self.assertIn(str(path), error.message)
