"""The method, the host and the path are read once, for all later code."""

from __future__ import annotations

import json
from typing import Any

from relay.http.front import MOST_SEGMENTS
from relay.settings.listeners import ListenerSettings
from tests.gateway.flows.case import FlowCase, at, headers, step
from tests.gateway.harness import definition, deployed, get, post, response
from tests.gateway.test_resource import ACCEPT, RefusalCase
from tests.http.http2.client import Http2Case

REFUSED = {
    b"/api/../other": "PATH_DOT_SEGMENT",
    b"/api/..": "PATH_DOT_SEGMENT",
    b"/api/./x": "PATH_DOT_SEGMENT",
    b"/api/%2e%2E/other": "PATH_DOT_SEGMENT",
    b"/api/..;x/other": "PATH_DOT_SEGMENT",
    b"/x/../api": "PATH_DOT_SEGMENT",
    b"/api/..%2fother": "PATH_AMBIGUOUS",
    b"/api/..%5cother": "PATH_AMBIGUOUS",
    b"/api/..\\other": "PATH_AMBIGUOUS",
    b"/api/%252e%252e/other": "PATH_AMBIGUOUS",
    b"/api/%c0%ae%c0%ae/other": "PATH_AMBIGUOUS",
    b"/api/a%2Fb": "PATH_ENCODED_SLASH",
    b"/api%2fa": "PATH_ENCODED_SLASH",
    b"/api/a\\b": "PATH_BACKSLASH",
    b"/api/a%5Cb": "PATH_BACKSLASH",
    b"/api/a%00": "PATH_CONTROL_CHARACTER",
    b"/api/a%0d%0ab": "PATH_CONTROL_CHARACTER",
    b"/api/a%7F": "PATH_CONTROL_CHARACTER",
    b"/api/a%zz": "PATH_MALFORMED_ENCODING",
    b"/api/%": "PATH_MALFORMED_ENCODING",
}


class PathTests(RefusalCase):
    """Paths that two servers may read in two ways."""

    async def open(self, **validation: bool) -> None:
        """Serve an API whose listener allows something."""
        await self.open_source()
        await self.open_gateway(
            definition(
                f"http://{self.source.address}/base",
                listener={"requestValidation": validation},
            )
        )

    async def passed(self, path: bytes) -> bytes:
        """Return the target that the source is asked for."""
        _, source = await self.call(get(path))
        target = (await source.head()).target
        source.send(response(b"", b"Connection: close"))
        return target

    async def test_an_ambiguous_path_is_refused(self) -> None:
        """An ambiguous path is refused before a plan or a source sees it."""
        await self.open()
        for path, key in REFUSED.items():
            await self.refused(get(path, ACCEPT), 400, key)

    async def test_a_path_has_a_bounded_number_of_segments(self) -> None:
        """Empty ones count: each takes its time."""
        await self.open()
        for segment in (b"/a", b"/", b"/%61", b"/."):
            request = get(b"/api" + segment * MOST_SEGMENTS, ACCEPT)
            await self.refused(request, 414, "URI_TOO_LONG")
        most = b"/a" * (MOST_SEGMENTS - 1)
        self.assertEqual(await self.passed(b"/api" + most), b"/base" + most)

    async def test_a_query_may_hold_anything(self) -> None:
        """The rules of paths do not apply to the query."""
        await self.open()
        query = b"a=../%2e%2e/%2F%5c%00%zz\\"
        self.assertEqual(await self.passed(b"/api?" + query), b"/base?" + query)

    async def test_encoded_slashes_by_name(self) -> None:
        """Pass as a part of a segment, but no dot segment between them."""
        await self.open(allowEncodedSlashes=True)
        await self.refused(get(b"/api/..%2fx", ACCEPT), 400, "PATH_AMBIGUOUS")
        await self.refused(get(b"/api/a%5cb", ACCEPT), 400, "PATH_BACKSLASH")
        self.assertEqual(await self.passed(b"/api/a%2fb"), b"/base/a%2fb")

    async def test_backslashes_controls_and_bad_encoding_by_name(self) -> None:
        """Each for itself."""
        for option, path in (
            ("allowBackslashes", b"/a%5Cb\\c"),
            ("allowControlCharacters", b"/a%00%1f"),
            ("allowMalformedEncoding", b"/a%zz%"),
        ):
            await self.open(**{option: True})
            self.assertEqual(await self.passed(b"/api" + path), b"/base" + path)

    async def test_reject_null_byte_wins_over_allowed_controls(self) -> None:
        """The stricter member counts."""
        await self.open(allowControlCharacters=True, rejectNullByte=True)
        request = get(b"/api/%00", ACCEPT)
        await self.refused(request, 400, "REQUEST_NULL_BYTE_REJECTED")

    async def test_allowed_dot_segments_are_resolved_below_the_context_path(
        self,
    ) -> None:
        """The source never sees them."""
        await self.open(allowDotSegments=True)
        for path in (b"/api/..", b"/api/../api/x", b"/api/%2e%2e/x", b"/x/../api"):
            await self.refused(get(path, ACCEPT), 400, "PATH_DOT_SEGMENT")
        self.assertEqual(await self.passed(b"/api/a/../b/./c?d"), b"/base/b/c?d")
        self.assertEqual(await self.passed(b"/api/a/%2e%2E"), b"/base/")

    async def test_a_resolved_path_leads_to_no_other_api(self) -> None:
        """
        A resolved path does not leave the API, whether its context-path is shorter or
        longer.
        """
        await self.open_source()
        lax = {"requestValidation": {"allowDotSegments": True}}
        target = f"http://{self.source.address}"
        await self.open_gateway(
            definition(target, listener={"paths": [{"path": "/a"}], **lax}),
            definition(target, paths=[{"path": "/a/b"}]),
        )
        request = get(b"/a/x/../b/secret", ACCEPT)
        await self.refused(request, 400, "PATH_DOT_SEGMENT")


class MethodTests(RefusalCase):
    """Methods that change the framing of a message never go on."""

    async def test_connect_is_refused_with_allow_before_its_body(self) -> None:
        """CONNECT is a 405 with ``Allow``, for every form of the target."""
        await self.stage()
        for request in (
            get(b"/api", ACCEPT, method=b"CONNECT"),
            get(b"relay:443", ACCEPT, method=b"CONNECT"),
            get(b"/nowhere", ACCEPT, method=b"connect"),
            get(b"/api", ACCEPT, method=b"PRI"),
            get(b"/api", ACCEPT, method=b"head"),
            get(b"/api", ACCEPT, method=b"Trace"),
            get(b"/api", ACCEPT, b"Content-Length: 50", method=b"CONNECT"),
            get(b"/api", ACCEPT, b"Transfer-Encoding: chunked", method=b"CONNECT"),
        ):
            client = await self.asked(request)
            answer = await client.answer()
            self.assertEqual(answer.status, 405, request)
            self.assertIn(b"GET", answer.get(b"allow") or b"")
            self.assertEqual(answer.get(b"connection"), b"close")
            self.assertEqual(json.loads(answer.body)["key"], "METHOD_NOT_ALLOWED")
            await client.until_over()
        self.assertEqual(self.source.connections, [])

    async def test_what_follows_connect_is_no_request(self) -> None:
        """Bytes after a refused CONNECT are not read as a request."""
        await self.stage()
        tunnelled = get(b"/api/tunnelled")
        client = await self.asked(get(b"relay:443", method=b"CONNECT") + tunnelled)
        self.assertEqual((await client.answer()).status, 405)
        await client.until_over()
        self.assertEqual(client.received, b"")


class Http2Tests(Http2Case):
    """The same over HTTP/2."""

    def test_an_ambiguous_path_is_refused(self) -> None:
        """An ambiguous path ends its stream only."""
        for path in REFUSED:
            stream_id = self.ask(path=path.decode())
            self.assertEqual(self.status(stream_id), 400, path)
        self.assertEqual(self.answers.exchanges, [])
        self.assertIsNone(self.goodbye())

    def test_connect_is_refused_with_allow(self) -> None:
        """CONNECT is refused with and without a path."""
        for ended in (True, False):
            for fields in (
                [(":method", "CONNECT"), (":authority", "relay:443")],
                [
                    (":method", "CONNECT"),
                    (":scheme", "https"),
                    (":authority", "relay"),
                    (":path", "/api"),
                ],
            ):
                stream_id = self.client.get_next_available_stream_id()
                self.client.send_headers(stream_id, fields, end_stream=ended)
                self.turn()
                self.assertEqual(self.status(stream_id), 405)
                self.assertIn("GET", self.fields(stream_id)["allow"])
        self.assertEqual(self.answers.exchanges, [])

    def test_one_host_in_two_spellings(self) -> None:
        """``:authority`` and ``Host`` may differ in case, port and the last dot."""
        stream_id = self.ask(("host", "RELAY.:443"), authority="relay")
        self.assertEqual(len(self.answers.exchanges), 1)
        stream_id = self.ask(("host", "relay:80"), authority="relay")
        self.assertEqual(self.status(stream_id), 400)


class GuardTests(FlowCase):
    """The path that flows check is the path that the source receives."""

    STOP = step("policy-interrupt", errorKey="NO", message="no")

    async def status(self, path: bytes, method: bytes = b"GET") -> int:
        """Return the status of a call that no source must see."""
        client = await self.asked(get(path, method=method))
        return (await client.answer()).status

    async def guarded(self, *selectors: Any) -> None:
        """Open an API with a part that refuses all calls."""
        await self.flowing({"selectors": list(selectors), "request": [self.STOP]})

    async def test_no_spelling_of_a_path_gets_round_a_flow(self) -> None:
        """Each is refused, or met by the flow."""
        await self.guarded(at("/admin"))
        for path in (
            b"/admin/users",
            b"/%61dmin/users",
            b"//admin/users",
            b"/admin;a=b/users",
            b"/admin%3ba=b/users",
            b"/;/admin",
            b"/admin%2Fusers",
            b"/admin%5cusers",
            b"/x/../admin/users",
            b"/x%2F..%2Fadmin/users",
            b"/%2561dmin/../admin",
        ):
            self.assertIn(await self.status(b"/api" + path), (400, 500), path)
        self.assertEqual(self.source.connections, [])

    async def test_conditions_see_the_same_path(self) -> None:
        """``#request.pathInfo`` is what flows are chosen by."""
        condition = {
            "type": "CONDITION",
            "condition": "{#request.pathInfo.startsWith('/admin')"
            " || #request.path.startsWith('/api/admin')}",
        }
        await self.guarded(condition)
        for path in (b"/%61dmin/x", b"//admin/x", b"/admin;a/x"):
            self.assertEqual(await self.status(b"/api" + path), 500, path)

    async def test_a_path_that_a_flow_makes_is_checked_too(self) -> None:
        """A path with text of the client does not leave the endpoint's path."""
        await self.open_source()
        for url in (
            "/files/{#request.params['f'][0]}",
            "the endpoint:{#request.params['f'][0]}",
            f"http://{self.source.address}/files/{{#request.params['f'][0]}}",
        ):
            rules = [{"pattern": "/.*", "url": url}]
            gateway = await self.open_gateway()
            body = definition(f"http://{self.source.address}/base/")
            body["flows"] = [{"request": [step("dynamic-routing", rules=rules)]}]
            gateway.deployer.replace_all([deployed(body)])
            for name in (b"../admin", b"%2e%2e/x", b"..%2fadmin", b"%252e%252e/x"):
                self.assertEqual(await self.status(b"/api?f=" + name), 400, (url, name))
        self.assertEqual(self.source.connections, [])


class HostTests(RefusalCase):
    """Hosts have one normal form."""

    async def test_the_dot_at_the_end_of_a_host_changes_no_route(self) -> None:
        """A final dot, the case and the port of a host do not change the route."""
        await self.open_source()
        await self.open_gateway(
            definition(
                f"http://{self.source.address}/one",
                paths=[{"host": "A.example.", "path": "/api"}],
            ),
            definition(f"http://{self.source.address}/all", paths=[{"path": "/"}]),
            listener=ListenerSettings("default", "tcp:0"),
        )
        for host in (b"a.example", b"a.example.", b"A.EXAMPLE.:80", b"a.example:"):
            _, source = await self.call(get(b"/api", host=host))
            self.assertEqual((await source.head()).target, b"/one", host)
            source.send(response(b"", b"Connection: close"))

    async def test_a_body_is_taken_as_before(self) -> None:
        """The checks take nothing from a sound request."""
        await self.stage()
        _, source = await self.call(post(b"http://relay:80/api/x", b"body"))
        self.assertEqual((await source.head()).target, b"/base/x")
        self.assertEqual(await source.take(4), b"body")


class HeaderTests(FlowCase):
    """Headers of a client do not remove headers of the gateway."""

    async def fields(self, *sent: bytes) -> dict[bytes, bytes]:
        """Return the headers that the source is sent, by their names in lower case."""
        _, source = await self.call(get(b"/api", *sent))
        head = await source.head()
        source.send(response(b"", b"Connection: close"))
        return dict(head.fields)

    async def test_connection_does_not_remove_what_a_flow_has_set(self) -> None:
        """``Connection`` removes headers of the client only."""
        await self.flowing({"request": [headers(X_User_Role="guest")]})
        fields = await self.fields(
            b"X-Secret: 1",
            b"Accept: text/plain",
            b"Connection: X-User-Role, X-Forwarded-For, Via, Host, X-Secret",
            b"Connection: x-gravitee-request-id, Accept",
        )
        self.assertEqual(fields[b"x-user-role"], b"guest")
        for name in (b"x-forwarded-for", b"via", b"host", b"x-gravitee-request-id"):
            self.assertIn(name, fields)
        self.assertEqual({b"x-secret", b"accept"} & set(fields), set())

    async def test_a_flow_may_set_what_a_client_may_not(self) -> None:
        """``X-Real-IP`` goes upstream as a flow sets it, not as the client does."""
        await self.flowing({"request": [headers(X_Real_IP="192.0.2.1")]})
        fields = await self.fields(b"X-Real-IP: 127.0.0.1")
        self.assertEqual(fields[b"x-real-ip"], b"192.0.2.1")

    async def test_no_spelling_of_a_name_stands_beside_ours(self) -> None:
        """A similar spelling of a header that a flow or the gateway sets is removed."""
        await self.open_source()
        gateway = await self.open_gateway()
        body = definition(
            f"http://{self.source.address}/base",
            shared={"headers": [{"name": "X-Backend-Key", "value": "secret"}]},
        )
        body["flows"] = [{"request": [headers(X_User_Role="guest")]}]
        gateway.deployer.replace_all([deployed(body)])
        fields = await self.fields(
            b"X_User_Role: admin",
            b"X.User.Role: admin",
            b"X_Backend_Key: forged",
            b"X_Forwarded_For: 127.0.0.1",
            b"Transfer_Encoding: chunked",
            b"X_Gravitee_Api_Key: forged",
            b"user_id: 7",
        )
        self.assertEqual([name for name in fields if b"_" in name], [b"user_id"])
        self.assertEqual(fields[b"x-user-role"], b"guest")
        self.assertEqual(fields[b"x-backend-key"], b"secret")
        self.assertNotIn(b"x.user.role", fields)
