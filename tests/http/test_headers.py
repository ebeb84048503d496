"""The headers that cross the gateway."""

from __future__ import annotations

from collections.abc import Sequence
from ipaddress import ip_network
from uuid import RFC_4122, UUID

from twisted.trial.unittest import SynchronousTestCase
from twisted.web.http_headers import Headers

from relay.http.headers import (
    Networks,
    add_forwarded,
    add_via,
    allowed_trailers,
    connection_options,
    downstream_headers,
    drop_hop_by_hop,
    drop_lookalikes,
    http_date,
    ipv6_network,
    is_trusted,
    new_id,
    plain_address,
    public_origin,
    remote_address,
    upstream_headers,
)

TRUSTED: Networks = (ip_network("10.0.0.0/8"), ip_network("fd00::/8"))


def names(headers: Headers) -> set[bytes]:
    """The names that are there, lower case."""
    return {name.lower() for name, _ in headers.getAllRawHeaders()}


def made(*fields: tuple[bytes, bytes]) -> Headers:
    """Headers from fields."""
    headers = Headers()
    for name, value in fields:
        headers.addRawHeader(name, value)
    return headers


HOP_BY_HOP = (
    b"Connection",
    b"Keep-Alive",
    b"Proxy-Authenticate",
    b"Proxy-Authorization",
    b"Proxy-Connection",
    b"TE",
    b"Transfer-Encoding",
    b"Upgrade",
    b"Content-Length",
)


class CopyTests(SynchronousTestCase):
    def test_upstream(self) -> None:
        """Hop-by-hop fields, framing, Host and Expect stay behind."""
        dropped = (*HOP_BY_HOP, b"Host", b"Expect", b"Trailer")
        received = made(*((name, b"x") for name in dropped), (b"Accept", b"*/*"))
        self.assertEqual(names(upstream_headers(received)), {b"accept"})

    def test_downstream(self) -> None:
        """The same in the other direction; a trailer may be announced."""
        received = made(*((name, b"x") for name in HOP_BY_HOP), (b"Trailer", b"X-Sum"))
        self.assertEqual(names(downstream_headers(received, [])), {b"trailer"})

    def test_named_in_connection(self) -> None:
        """
        Headers that ``Connection`` names are removed, in any case and over several
        lines.
        """
        received = made(
            (b"Connection", b"close, X-Hop"),
            (b"Connection", b"x-HOP-2"),
            (b"X-Hop", b"1"),
            (b"X-Hop-2", b"2"),
            (b"X-End", b"3"),
        )
        options = connection_options(received)
        self.assertEqual(options, [b"close", b"x-hop", b"x-hop-2"])
        self.assertEqual(names(downstream_headers(received, options)), {b"x-end"})
        drop_hop_by_hop(received, believed=False)
        self.assertEqual(names(upstream_headers(received)), {b"x-end"})

    def test_what_the_gateway_reads_is_not_taken_off(self) -> None:
        """
        Headers that the gateway itself reads are kept although ``Connection`` names
        them.
        """
        listed = b"Connection, Upgrade, Host, Expect, Content-Length"
        received = made(
            (b"Connection", listed),
            (b"Upgrade", b"websocket"),
            (b"Host", b"relay"),
            (b"Content-Length", b"0"),
        )
        drop_hop_by_hop(received, believed=False)
        self.assertEqual(
            names(received), {b"connection", b"upgrade", b"host", b"content-length"}
        )

    def test_what_only_a_proxy_may_say_does_not_go_on(self) -> None:
        """``X-Real-IP`` and the like of a peer that is not trusted are removed."""
        claims = (b"X-Real-IP", b"x-forwarded-port", b"X-Forwarded-Prefix")
        for believed, kept in ((False, set()), (True, {one.lower() for one in claims})):
            received = made(*((name, b"x") for name in claims), (b"Accept", b"*/*"))
            drop_hop_by_hop(received, believed)
            self.assertEqual(names(received), {b"accept"} | kept)

    def test_names_that_fold_onto_ours_are_taken_off(self) -> None:
        """CGI, WSGI and PHP see one variable for both spellings."""
        received = made(
            *(
                (name, b"forged")
                for name in (
                    b"X_Forwarded_For",
                    b"x-forwarded_proto",
                    b"X.Forwarded.Host",
                    b"Transfer_Encoding",
                    b"Content_Length",
                    b"X_Gravitee_Request_Id",
                    b"X_Gravitee_Api_Key",
                    b"X_Real_IP",
                )
            ),
            (b"user_id", b"7"),
            (b"X-Forwarded-For", b"192.0.2.9"),
        )
        drop_lookalikes(received, (b"x-gravitee-api-key",))
        self.assertEqual(names(received), {b"user_id", b"x-forwarded-for"})

    def test_values_are_untouched(self) -> None:
        """Credentials and repeated fields pass as they are, in order."""
        received = made(
            (b"Authorization", b"Basic eDp5"),
            (b"Cookie", b"a=1"),
            (b"Set-Cookie", b"a=1; Path=/"),
            (b"Set-Cookie", b"b=2"),
        )
        for copied in (upstream_headers(received), downstream_headers(received, [])):
            self.assertEqual(
                copied.getRawHeaders(b"set-cookie"), [b"a=1; Path=/", b"b=2"]
            )
            self.assertEqual(copied.getRawHeaders(b"authorization"), [b"Basic eDp5"])
            self.assertEqual(copied.getRawHeaders(b"cookie"), [b"a=1"])

    def test_a_copy(self) -> None:
        """A change of the sent headers does not change the received ones."""
        received = made((b"Via", b"1.1 a"))
        add_via(upstream_headers(received))
        self.assertEqual(received.getRawHeaders(b"via"), [b"1.1 a"])


class ForwardedTests(SynchronousTestCase):
    FORGED = (
        (b"X-Forwarded-For", b"1.1.1.1"),
        (b"X-Forwarded-Proto", b"gopher"),
        (b"X-Forwarded-Host", b"evil"),
        (b"Forwarded", b"for=1.1.1.1"),
    )

    def forwarded(self, believed: bool, *fields: tuple[bytes, bytes]) -> Headers:
        """Return the headers with the facts about the client."""
        headers = made(*fields)
        add_forwarded(headers, "10.0.0.9", b"https", b"relay:8443", believed)
        return headers

    def values(self, headers: Headers) -> list[Sequence[bytes] | None]:
        """Return For, Proto, Host and Forwarded."""
        return [headers.getRawHeaders(name) for name, _ in self.FORGED]

    def test_added(self) -> None:
        """The client's address, scheme and host are added."""
        self.assertEqual(
            self.values(self.forwarded(False)),
            [[b"10.0.0.9"], [b"https"], [b"relay:8443"], None],
        )

    def test_forged(self) -> None:
        """A client's own words are replaced."""
        self.assertEqual(
            self.values(self.forwarded(False, *self.FORGED)),
            [[b"10.0.0.9"], [b"https"], [b"relay:8443"], None],
        )

    def test_believed(self) -> None:
        """A trusted proxy's words are kept, and its address added to the list."""
        self.assertEqual(
            self.values(
                self.forwarded(True, *self.FORGED, (b"X-Forwarded-For", b"2.2.2.2"))
            ),
            [
                [b"1.1.1.1, 2.2.2.2, 10.0.0.9"],
                [b"gopher"],
                [b"evil"],
                [b"for=1.1.1.1"],
            ],
        )

    def test_believed_but_silent(self) -> None:
        """Headers that a trusted proxy does not send are added."""
        self.assertEqual(
            self.values(self.forwarded(True)),
            [[b"10.0.0.9"], [b"https"], [b"relay:8443"], None],
        )

    def test_no_address(self) -> None:
        """A client on a UNIX socket has no address."""
        headers = made()
        add_forwarded(headers, "", b"http", b"relay", False)
        self.assertFalse(headers.hasHeader(b"x-forwarded-for"))

    def test_via(self) -> None:
        """The gateway comes last in ``Via``, in one field."""
        headers = made((b"Via", b"1.0 a"), (b"Via", b"1.1 b (c)"))
        add_via(headers)
        self.assertEqual(
            headers.getRawHeaders(b"via"), [b"1.0 a, 1.1 b (c), 1.1 relay"]
        )


class RemoteAddressTests(SynchronousTestCase):
    def test_rows(self) -> None:
        """The address is the first one from the right that is no trusted proxy."""
        for peer, forwarded, expected in (
            ("192.0.2.1", [b"1.1.1.1"], "192.0.2.1"),
            ("10.0.0.1", [], "10.0.0.1"),
            ("10.0.0.1", [b"1.1.1.1"], "1.1.1.1"),
            ("10.0.0.1", [b"6.6.6.6, 1.1.1.1"], "1.1.1.1"),
            ("10.0.0.1", [b"6.6.6.6, 1.1.1.1, 10.0.0.2"], "1.1.1.1"),
            ("10.0.0.1", [b"6.6.6.6", b"1.1.1.1,10.0.0.2"], "1.1.1.1"),
            ("10.0.0.1", [b"10.0.0.3, 10.0.0.2"], "10.0.0.3"),
            ("10.0.0.1", [b"6.6.6.6, unknown, 10.0.0.2"], "10.0.0.2"),
            ("10.0.0.1", [b"unknown"], "10.0.0.1"),
            ("10.0.0.1", [b""], "10.0.0.1"),
            ("10.0.0.1", [b"[2001:db8::1]"], "2001:db8::1"),
            ("10.0.0.1", [b"2001:db8::1, fd00::7"], "2001:db8::1"),
            ("10.0.0.1", [b"\xff\xfe"], "10.0.0.1"),
            ("::ffff:10.0.0.1", [b"1.1.1.1"], "1.1.1.1"),
            ("::ffff:10.0.0.1", [b"1.1.1.1, ::FFFF:10.0.0.2"], "1.1.1.1"),
            ("::ffff:192.0.2.1", [b"1.1.1.1"], "192.0.2.1"),
            ("", [b"1.1.1.1"], ""),
        ):
            self.assertEqual(
                remote_address(peer, forwarded, TRUSTED), expected, (peer, forwarded)
            )

    def test_plain(self) -> None:
        """Every address has one form; other texts are kept."""
        for text, expected in (
            ("192.0.2.1", "192.0.2.1"),
            ("::ffff:192.0.2.1", "192.0.2.1"),
            ("[2001:DB8:0::1]", "2001:db8::1"),
            ("", ""),
            ("/run/relay.sock", "/run/relay.sock"),
        ):
            self.assertEqual(plain_address(text), expected)

    def test_trusted(self) -> None:
        """
        Only addresses in the configured networks are trusted; the default is none.
        """
        for address, trusted, expected in (
            ("10.1.2.3", TRUSTED, True),
            ("11.1.2.3", TRUSTED, False),
            ("fd12::1", TRUSTED, True),
            ("fe80::1", TRUSTED, False),
            ("::ffff:10.1.2.3", TRUSTED, True),
            ("", TRUSTED, False),
            ("/run/relay.sock", TRUSTED, False),
            ("10.1.2.3", (), False),
        ):
            self.assertIs(is_trusted(address, trusted), expected, address)

    def test_a_proxy_on_a_unix_socket_is_trusted_by_name(self) -> None:
        """A proxy on a UNIX socket is trusted by the name ``unix``."""
        self.assertTrue(is_trusted("", ("unix",)))
        self.assertFalse(is_trusted("", TRUSTED))
        self.assertFalse(is_trusted("127.0.0.1", ("unix",)))
        self.assertFalse(is_trusted("unix", ("unix",)))
        found = remote_address("", [b"192.0.2.7"], ("unix",))
        self.assertEqual(found, "192.0.2.7")


class PublicOriginTests(SynchronousTestCase):
    def test_rows(self) -> None:
        """``Host`` and the connection, or what a trusted proxy forwards."""
        host = (b"host", b"api.example:8443")
        proto = (b"x-forwarded-proto", b"HTTPS, http")
        public = (b"x-forwarded-host", b"public.example, inner")
        other = (b"x-forwarded-proto", b"ws")
        for fields, secure, believed, origin in (
            ((host,), False, False, "http://api.example:8443"),
            ((host,), True, False, "https://api.example:8443"),
            ((host, proto, public), False, False, "http://api.example:8443"),
            ((host, proto, public), False, True, "https://public.example"),
            ((host, proto), False, True, "https://api.example:8443"),
            ((host, public), True, True, "https://public.example"),
            ((host, other), False, True, "http://api.example:8443"),
            (((b"host", b"a,b"),), False, False, "http://a,b"),
            (((b"host", b"[::1]:80"),), False, False, "http://[::1]:80"),
            (((b"host", b""),), False, False, None),
            ((), False, False, None),
            ((host, (b"x-forwarded-host", b'a"b')), False, True, None),
        ):
            found = public_origin(made(*fields), secure, believed)
            self.assertEqual(found, origin, (fields, secure, believed))


class TrailerTests(SynchronousTestCase):
    def test_forbidden(self) -> None:
        """
        Headers for framing, routing and authentication are no trailers (RFC 9110,
        6.5.1).
        """
        forbidden = (
            *HOP_BY_HOP,
            b"Host",
            b"Authorization",
            b"Set-Cookie",
            b"Content-Type",
            b"Content-Encoding",
            b"Cache-Control",
            b"Trailer",
            b"WWW-Authenticate",
        )
        fields = [(name, b"x") for name in forbidden]
        self.assertEqual(allowed_trailers(fields), [])

    def test_malformed(self) -> None:
        """Names that are no token, and values that would break a line, are left out."""
        fields = [
            (b"X Sum", b"1"),
            (b"", b"1"),
            (b"X\xff", b"1"),
            (b"X-Sum", b"1\r2"),
            (b"X-Sum", b"1\n2"),
            (b"X-Sum", b"1\x002"),
        ]
        self.assertEqual(allowed_trailers(fields), [])

    def test_allowed(self) -> None:
        """The rest passes as it came."""
        fields = [(b"X-Sum", b"1"), (b"x-sum", b"2"), (b"Server-Timing", b"\xe9;a")]
        self.assertEqual(allowed_trailers(fields), fields)


class MadeTests(SynchronousTestCase):
    """Headers that the gateway adds."""

    def test_ids(self) -> None:
        """Each is a UUID of version 4, and another one."""
        made = [UUID(new_id().decode()) for _ in range(200)]
        self.assertEqual({(one.version, one.variant) for one in made}, {(4, RFC_4122)})
        self.assertEqual(len(set(made)), 200)

    def test_date(self) -> None:
        """Dates have the form of RFC 9110, 5.6.7."""
        self.assertEqual(http_date(784111777), b"Sun, 06 Nov 1994 08:49:37 GMT")


class NetworkTests(SynchronousTestCase):
    """The addresses that count as one client."""

    def test_ipv6(self) -> None:
        """A network of as many bits; a zone is no part of it."""
        for address, prefix, expected in (
            ("2001:db8:1:2:3::4", 64, "2001:db8:1:2::/64"),
            ("2001:db8:1:2:3::4", 48, "2001:db8:1::/48"),
            ("2001:db8::1", 128, "2001:db8::1/128"),
            ("fe80::1%eth0", 64, "fe80::/64"),
        ):
            self.assertEqual(ipv6_network(address, prefix), expected)

    def test_others(self) -> None:
        """IPv4 addresses, mapped ones, and other texts are no IPv6 network."""
        for address in ("192.0.2.1", "::ffff:192.0.2.1", "a:b", ""):
            self.assertEqual(ipv6_network(plain_address(address), 64), "")
