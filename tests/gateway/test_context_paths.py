"""The API that a request is routed to, and the target that the source receives."""

from __future__ import annotations

from typing import Any

from relay.settings.listeners import ListenerSettings
from tests.gateway.harness import GatewayCase, definition, get, response


class RoutingTests(GatewayCase):
    async def serve(self, *listeners: dict[str, Any], id: str = "default") -> None:
        """Serve one API per listener; the n-th forwards to ``/n``."""
        await self.open_source()
        await self.open_gateway(
            *(
                definition(f"http://{self.source.address}/{n}", listener=listener)
                for n, listener in enumerate(listeners, 1)
            ),
            listener=ListenerSettings(id, "tcp:0"),
        )
        self.user = await self.client()

    async def target(self, path: bytes, host: bytes = b"relay") -> bytes | int:
        """Where a request comes out, or the status that refuses it."""
        accepted = len(self.source.connections)
        self.user.send(get(path, host=host))
        while True:
            if self.user.received:
                return (await self.user.answer()).status
            if accepted < len(self.source.connections):
                break
            await self.turn()
        connection = await self.source.accepted()
        found = (await connection.head()).target
        connection.send(response(b"", b"Connection: close"))
        await self.user.answer()
        return found

    async def check(self, *rows: tuple[bytes, bytes, bytes | int]) -> None:
        """Compare host, path, and where it comes out."""
        for host, path, expected in rows:
            found = await self.target(path, host)
            self.assertEqual(found, expected, (host, path))

    async def test_context_paths(self) -> None:
        """A context-path matches itself and what is below it, in whole segments, in
        any spelling that a server may read as the same."""
        await self.serve({"paths": [{"path": "/sse"}]})
        await self.check(
            (b"h", b"/sse", b"/1"),
            (b"h", b"/sse/", b"/1/"),
            (b"h", b"/sse/a/b", b"/1/a/b"),
            (b"h", b"/sse?a/b", b"/1?a/b"),
            (b"h", b"/sse//a", b"/1//a"),
            (b"h", b"/sse2", 404),
            (b"h", b"/ss", 404),
            (b"h", b"/", 404),
            (b"h", b"//sse", b"/1"),
            (b"h", b"/SSE", 404),
            (b"h", b"/%73se", b"/1"),
            (b"h", b"/sse%2Fa", 400),
            (b"h", b"/x/../sse", 400),
            (b"h", b"/sse;a", b"/1"),
            (b"h", b"/sse;a/b;c", b"/1/b;c"),
        )

    async def test_longest_first(self) -> None:
        """The longest context-path wins, whatever the order of deployment."""
        await self.serve(
            {"paths": [{"path": "/a"}]},
            {"paths": [{"path": "/a/b/c"}]},
            {"paths": [{"path": "/a/b"}]},
            {"paths": [{"path": "/"}]},
        )
        await self.check(
            (b"h", b"/a", b"/1"),
            (b"h", b"/a/x", b"/1/x"),
            (b"h", b"/a/b", b"/3"),
            (b"h", b"/a/b/c", b"/2"),
            (b"h", b"/a/b/c/d", b"/2/d"),
            (b"h", b"/a/b//c", b"/2"),
            (b"h", b"/a/b//d", b"/3//d"),
            (b"h", b"/a//b", b"/3"),
            (b"h", b"/ab", b"/4/ab"),
            (b"h", b"/", b"/4/"),
            (b"h", b"//", b"/4//"),
            (b"h", b"/?q", b"/4/?q"),
        )

    async def test_hosts_first(self) -> None:
        """A path bound to the request's host comes before one of every host, even
        a longer one; port, case and the dot at the end of the host do not matter."""
        await self.serve(
            {"paths": [{"path": "/a/b"}, {"path": "/c"}]},
            {"paths": [{"host": "one.example", "path": "/a"}]},
            {"paths": [{"host": "two.example", "path": "/a"}]},
        )
        await self.check(
            (b"one.example", b"/a/b", b"/2/b"),
            (b"ONE.example:8082", b"/a/b", b"/2/b"),
            (b"one.example.", b"/a/b", b"/2/b"),
            (b"One.Example.:80", b"/a/b", b"/2/b"),
            (b"two.example", b"/a/b", b"/3/b"),
            (b"other.example", b"/a/b", b"/1"),
            (b"one.example", b"/c", b"/1"),
            (b"other.example", b"/a", 404),
            (b"[::1]:80", b"/c", b"/1"),
        )

    async def test_bound_to_listeners(self) -> None:
        """An API is reached on the listeners that it names; without any, on all."""
        await self.serve(
            {"paths": [{"path": "/here"}], "servers": ["public", "other"]},
            {"paths": [{"path": "/there"}], "servers": ["other"]},
            {"paths": [{"path": "/"}]},
            id="public",
        )
        await self.check(
            (b"h", b"/here", b"/1"),
            (b"h", b"/there", b"/3/there"),
            (b"h", b"/", b"/3/"),
        )

    async def test_one_path_on_two_listeners(self) -> None:
        """Two APIs share a path when they are bound to different listeners."""
        await self.serve(
            {"paths": [{"path": "/a"}], "servers": ["private"]},
            {"paths": [{"path": "/a"}], "servers": ["public"]},
            id="public",
        )
        await self.check((b"h", b"/a", b"/2"))

    async def test_nothing_deployed(self) -> None:
        """An empty table has no route."""
        await self.serve()
        await self.check((b"h", b"/", 404))


class ForwardTests(GatewayCase):
    async def check(self, target: str, rows: list[tuple[bytes, bytes]]) -> None:
        """Compare request-targets with what the source gets, on one connection."""
        await self.stage(target=target)
        user = await self.client()
        connection = None
        for sent, expected in rows:
            user.send(get(sent))
            connection = connection or await self.source.accepted()
            self.assertEqual((await connection.head()).target, expected, sent)
            connection.send(response(b""))
            self.assertEqual((await user.answer()).status, 200)

    async def test_reference_rows(self) -> None:
        """The rows of the compatibility reference, byte for byte."""
        await self.check(
            "/sse?channel=c&v=1.1",
            [
                (b"/api", b"/sse?channel=c&v=1.1"),
                (b"/api/", b"/sse/?channel=c&v=1.1"),
                (b"/api/a", b"/sse/a?channel=c&v=1.1"),
                (
                    b"/api?Channel=ssechannel",
                    b"/sse?Channel=ssechannel&channel=c&v=1.1",
                ),
                (b"/api?channel=x&a=1", b"/sse?channel=x&channel=c&a=1&v=1.1"),
            ],
        )

    async def test_bytes_are_kept(self) -> None:
        """The request-target reaches the source byte for byte."""
        await self.check(
            "/base",
            [
                (b"/api/a;p=1;q//b", b"/base/a;p=1;q//b"),
                (b"/api//", b"/base//"),
                (b"/api/%61%7E%c3%a9%25", b"/base/%61%7E%c3%a9%25"),
                (b"/api/.a/..b/...", b"/base/.a/..b/..."),
                (b"/api?a=1;b=2", b"/base?a=1;b=2"),
                (b"/api?", b"/base?"),
                (b"/api?a&b=&=c&&", b"/base?a&b=&=c&&"),
                (b"/api?a=[1]|{2}\\^`'\"<>", b"/base?a=[1]|{2}\\^`'\"<>"),
                (b"/api?a?b=/../%zz", b"/base?a?b=/../%zz"),
            ],
        )

    async def test_fragment(self) -> None:
        """A fragment, which has no place in a request, goes no further."""
        await self.check(
            "/base?t=1",
            [
                (b"/api/a#b?c", b"/base/a?t=1"),
                (b"/api?a=1#b&c", b"/base?a=1&t=1"),
            ],
        )
