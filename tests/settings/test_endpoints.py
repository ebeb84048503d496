"""The addresses that endpoint strings name."""

from twisted.trial.unittest import SynchronousTestCase

from relay.settings.endpoints import place


class PlaceTests(SynchronousTestCase):
    """Two endpoint strings of one address."""

    def test_the_same_address(self) -> None:
        """Other arguments, and the way that they are written, do not matter."""
        for one, other in (
            ("tcp:8082", "tcp:port=8082:backlog=9"),
            ("tcp:8082", "tcp:8082:interface=0.0.0.0"),
            ("tcp6:8082", "tcp6:8082:interface=\\:\\:"),
            ("tcp:8082:127.0.0.1", "tcp:interface=127.0.0.1:port=8082"),
            ("tcp:8082", "haproxy:tcp:8082"),
            ("unix:/run/a.sock:mode=600", "unix:address=/run/a.sock"),
            ("systemd:domain=INET:name=a", "systemd:domain=INET:name=a"),
        ):
            self.assertEqual(place(one), place(other))

    def test_another_address(self) -> None:
        """Another port, interface, path or kind is another address."""
        for one, other in (
            ("tcp:8082", "tcp:8083"),
            ("tcp:8082", "tcp6:8082"),
            ("tcp:8082", "tcp:8082:interface=127.0.0.1"),
            ("unix:/run/a.sock", "unix:/run/b.sock"),
            ("tcp:0:backlog=1", "tcp:0:backlog=2"),
            ("systemd:domain=INET:name=a", "systemd:domain=INET:name=b"),
        ):
            self.assertNotEqual(place(one), place(other))

    def test_what_is_off_is_nowhere(self) -> None:
        """An empty endpoint has no address in common with another."""
        self.assertEqual(place(""), place(""))
        self.assertNotEqual(place(""), place("tcp:1"))
