"""Tests for :mod:`relay.tls.connection`: hosts with rules of their own."""

from __future__ import annotations

import gc
import os
from typing import NamedTuple

from OpenSSL import SSL
from twisted.trial.unittest import SynchronousTestCase

from relay.tls.connection import ServerConnection, permits
from relay.tls.files.watched import IN_USE
from relay.tls.server import HostFiles, ServerCreator
from tests.pki import DAY, Authority, Issued
from tests.tls.files.looks import Clocked, replace
from tests.tls.memory import Client, Shaken, shake_hands

ROOT = Authority("Root")
STAFF = Authority("Staff")
MACHINES = Authority("Machines")
VERSIONS = (SSL.TLS1_2_VERSION, SSL.TLS1_3_VERSION)


class Transport(NamedTuple):
    """A transport with TLS."""

    connection: SSL.Connection

    def getHandle(self) -> SSL.Connection:
        """Return the TLS connection."""
        return self.connection


class HostTests(SynchronousTestCase):
    """
    One listener: everybody may come to ``open.example``, staff must present a
    certificate at ``staff.example``, and machines may at ``*.machines.example``.
    """

    def setUp(self) -> None:
        """Write the files."""
        self.now_s = 0.0
        default = self.pair(ROOT.server("open.example"), "default")
        ca = STAFF.server("x").write(self.mktemp()).ca
        machines = MACHINES.server("x").write(self.mktemp()).ca
        self.creator = ServerCreator(
            "listener a",
            HostFiles((), *default),
            [
                HostFiles(
                    ("Staff.example",),
                    *self.pair(ROOT.server("staff.example"), "staff"),
                    "required",
                    ca,
                ),
                HostFiles(("*.machines.example",), None, None, "request", machines),
            ],
            seconds=lambda: self.now_s,
        )
        self.default = default
        self.kept: list[Shaken] = []

    def pair(self, issued: Issued, name: str) -> tuple[str, str]:
        """Write a certificate and its key."""
        written = issued.write(self.mktemp(), name)
        return written.certificate, written.key

    def connection(self) -> ServerConnection:
        """Accept a client."""
        made = self.creator.serverConnectionForTLS(None)  # type: ignore[arg-type]
        assert isinstance(made, ServerConnection)
        return made

    def shake(
        self, client: Client, host: bytes | None, session: SSL.Session | None = None
    ) -> Shaken:
        """Connect."""
        shaken = shake_hands(client, self.connection(), host, session)
        self.kept.append(shaken)
        return shaken

    def host_of(self, shaken: Shaken) -> str:
        """Return the common name that the client was shown."""
        shown = shaken.client.get_peer_certificate(as_cryptography=True)
        assert shown is not None
        return shown.subject.rfc4514_string()

    def test_the_certificate_of_the_host(self) -> None:
        """In any case; the default is shown to all others, and without a name."""
        for version in VERSIONS:
            staff = Client(version, STAFF.client())
            for client, host, shown in (
                (staff, b"STAFF.example", "CN=staff.example"),
                (Client(version), b"open.example", "CN=open.example"),
                (Client(version), b"a.machines.example", "CN=open.example"),
                (Client(version), b"unknown.example", "CN=open.example"),
                (Client(version), None, "CN=open.example"),
            ):
                shaken = self.shake(client, host)
                self.assertTrue(shaken.good, host)
                self.assertEqual(self.host_of(shaken), shown)

    def test_client_certificates(self) -> None:
        """Each host has its own authorities, and its own need of a certificate."""
        absent = "[('SSL routines', '', 'peer did not return a certificate')]"
        unknown = "the issuer of a certificate is not known"
        expired = STAFF.issue(client=True, starts=-2 * DAY, ends=-DAY)
        for version in VERSIONS:
            for identity, host, error in (
                (None, b"staff.example", absent),
                (STAFF.client(), b"staff.example", None),
                (MACHINES.client(), b"staff.example", unknown),
                (expired, b"staff.example", "certificate has expired"),
                (None, b"a.machines.example", None),
                (MACHINES.client(), b"a.machines.example", None),
                (STAFF.client(), b"a.machines.example", unknown),
                (STAFF.client(), b"open.example", None),
            ):
                shaken = self.shake(Client(version, identity), host)
                seen = shaken.server_error and str(shaken.server_error)
                self.assertEqual(seen, error, (version, host))

    def test_requests_for_other_hosts(self) -> None:
        """A connection serves no host that is stricter, and any that is not."""
        staff, machine = Client(VERSIONS[1], STAFF.client()), Client(VERSIONS[1])
        hosts = ("open.example", "staff.example", "a.machines.example", "", "[::1]")
        for client, name, served in (
            (Client(VERSIONS[1]), b"open.example", (1, 0, 0, 1, 1)),
            (Client(VERSIONS[1]), None, (1, 0, 0, 1, 1)),
            (staff, b"staff.example", (1, 1, 0, 1, 1)),
            (machine, b"a.machines.example", (1, 0, 1, 1, 1)),
        ):
            transport = Transport(self.shake(client, name).server)
            self.assertEqual(
                tuple(int(permits(transport, host)) for host in hosts), served, name
            )

    def test_connections_of_any_other_kind(self) -> None:
        """Without TLS, and where all hosts have the same rules, all is served."""
        creator = ServerCreator(
            "b", HostFiles((), *self.default), [HostFiles(("x",), *self.default)]
        )
        made = creator.serverConnectionForTLS(None)  # type: ignore[arg-type]
        shaken = shake_hands(Client(VERSIONS[1]), made, b"y")
        plain = SSL.Connection(SSL.Context(SSL.TLS_METHOD), None)
        for transport in (object(), Transport(plain), Transport(shaken.server)):
            self.assertTrue(permits(transport, "x"))

    def test_tickets_survive_a_reload(self) -> None:
        """A session that began under the old certificate is resumed under the new."""
        clock = Clocked()
        for version in VERSIONS:
            client = Client(version)
            first = self.shake(client, b"open.example")
            renewed = ROOT.server("open.example")
            replace(self.default[0], renewed.certificate_pem)
            replace(self.default[1], renewed.key_pem)
            pair = self.creator._default.pair
            assert pair is not None
            clock.look(pair)
            second = self.shake(client, b"open.example", first.client.get_session())
            self.assertTrue(second.good and resumed(second))
            third = self.shake(client, b"open.example")
            shown = third.client.get_peer_certificate(as_cryptography=True)
            self.assertEqual(shown, renewed.certificate)
            self.assertFalse(resumed(third))

    def test_tickets_survive_other_settings(self) -> None:
        """They are resumed under new settings, which apply to their sessions."""
        for version in VERSIONS:
            client = Client(version)
            first, second = (
                self.shake(client, b"open.example").client.get_session()
                for _ in range(2)
            )
            ca = STAFF.server("x").write(self.mktemp()).ca
            for files, session, error in (
                (HostFiles((), *self.default), first, None),
                (
                    HostFiles((), *self.default, "required", ca),
                    second,
                    "the resumed session has no client certificate",
                ),
            ):
                # The same clock, or the keys were a day old on a machine that is up
                # for one.
                creator = ServerCreator("listener a", files, seconds=lambda: self.now_s)
                creator.replace(self.creator)
                self.creator = creator
                shaken = self.shake(client, b"open.example", session)
                self.assertTrue(resumed(shaken))
                seen = shaken.server_error and str(shaken.server_error)
                self.assertEqual(seen, error)
            self.setUp()

    def test_keys_of_tickets_change(self) -> None:
        """After a day; the client's next session is resumed again."""
        client = Client(VERSIONS[1])
        first = self.shake(client, b"open.example")
        self.now_s = 86_400
        second = self.shake(client, b"open.example", first.client.get_session())
        self.assertFalse(resumed(second))
        third = self.shake(client, b"open.example", second.client.get_session())
        self.assertTrue(resumed(third))

    def test_a_session_of_another_host(self) -> None:
        """It does not get around a certificate that the host requires."""
        for version in VERSIONS:
            client = Client(version)
            for name in (b"open.example", None):
                session = self.shake(client, name).client.get_session()
                shaken = self.shake(client, b"staff.example", session)
                self.assertTrue(resumed(shaken))
                if version == SSL.TLS1_2_VERSION:
                    # OpenSSL keeps to the host of the session.
                    self.assertTrue(shaken.good)
                    transport = Transport(shaken.server)
                    self.assertFalse(permits(transport, "staff.example"))
                else:
                    self.assertEqual(
                        str(shaken.server_error),
                        "the resumed session has no client certificate",
                    )

    def test_sessions_with_a_certificate(self) -> None:
        """They are not resumed: a certificate is checked with each connection."""
        for version in VERSIONS:
            client = Client(version, STAFF.client())
            session = self.shake(client, b"staff.example").client.get_session()
            for host in (b"staff.example", b"open.example", b"a.machines.example"):
                self.assertFalse(resumed(self.shake(client, host, session)), host)

    def test_the_order_of_selection(self) -> None:
        """Hosts with a certificate, then the directory, then the listener's own."""
        directory = self.mktemp()
        for name in (
            "open.example",
            "own.example",
            "a.rules.example",
            "*.wild.example",
        ):
            ROOT.issue(name, common_name=f"dir {name}").write(directory, name[:4])
        ca = STAFF.server("x").write(self.mktemp()).ca
        creator = ServerCreator(
            "d",
            HostFiles((), *self.default),
            [
                HostFiles(("own.example",), *self.pair(ROOT.server("hosts"), "hosts")),
                HostFiles(("*.rules.example",), None, None, "request", ca),
            ],
            directory,
        )
        for host, shown in (
            (b"own.example", "CN=hosts"),
            (b"open.example", "CN=dir open.example"),
            (b"a.rules.example", "CN=dir a.rules.example"),
            (b"b.rules.example", "CN=open.example"),
            (b"x.wild.example.", "CN=dir *.wild.example"),
            (b"wild.example", "CN=open.example"),
            (None, "CN=open.example"),
        ):
            made = creator.serverConnectionForTLS(None)  # type: ignore[arg-type]
            shaken = shake_hands(Client(VERSIONS[1]), made, host)
            self.assertEqual(self.host_of(shaken), shown, host)

    def test_a_creator_that_is_not_in_use(self) -> None:
        """Its files are not watched any more, without a garbage collection."""
        gc.collect()
        gc.disable()
        self.addCleanup(gc.enable)
        before = len(IN_USE)
        directory = self.mktemp()
        ROOT.server("a.example").write(directory, "a")
        creator = ServerCreator("e", HostFiles((), *self.default), (), directory)
        made = creator.serverConnectionForTLS(None)  # type: ignore[arg-type]
        shaken = shake_hands(Client(VERSIONS[1]), made, b"a.example")
        self.assertTrue(shaken.good)
        self.assertEqual(len(IN_USE), before + 2)
        del creator
        self.assertEqual(len(IN_USE), before)

    def test_a_creator_that_is_replaced(self) -> None:
        """Its files are not watched any more, although its connections go on."""
        before = set(IN_USE)
        directory = self.mktemp()
        os.makedirs(directory)
        ca = STAFF.server("x").write(self.mktemp()).ca
        hosts = [HostFiles(("b",), *self.default, "required", ca)]
        creator = ServerCreator("f", HostFiles((), *self.default), hosts, directory)
        self.assertEqual(len(set(IN_USE) - before), 4)
        creator.stop_watching()
        self.assertEqual(set(IN_USE) - before, set())

    def test_unknown_hosts_without_a_default(self) -> None:
        """A listener without a certificate of its own refuses them."""
        creator = ServerCreator(
            "c", HostFiles(), [HostFiles(("open.example",), *self.default)]
        )
        for version in VERSIONS:
            for host, good in ((b"open.example", True), (b"x", False), (None, False)):
                made = creator.serverConnectionForTLS(None)  # type: ignore[arg-type]
                shaken = shake_hands(Client(version), made, host)
                self.assertEqual(shaken.good, good, host)


def resumed(shaken: Shaken) -> bool:
    """Whether a session was resumed: the server then sends no certificate."""
    library = SSL._lib  # type: ignore[attr-defined]
    return bool(library.SSL_session_reused(shaken.client._ssl))
