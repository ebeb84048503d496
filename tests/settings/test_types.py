"""The values of each type of setting, and the messages for other values."""

from dataclasses import dataclass
from ipaddress import ip_network
from typing import Literal

from twisted.trial.unittest import SynchronousTestCase

from relay.settings import types
from relay.settings.types import convert, item_section, section_of


@dataclass(frozen=True)
class Table:
    """A section of its own."""

    name: str


class ConvertTests(SynchronousTestCase):
    """TOML values are taken as they are typed; text is read."""

    def refused(self, value: object, annotation: object, text: bool = False) -> str:
        """Return the message for a refused value."""
        return str(self.assertRaises(ValueError, convert, value, annotation, text))

    def test_whole_numbers(self) -> None:
        """A number is a TOML integer or its decimal digits, and nothing near one."""
        self.assertEqual(convert(7, int, False), 7)
        self.assertEqual(convert("-7", int, True), -7)
        for value, text in [
            (True, False),
            (7.0, False),
            ("7", False),
            ("7.0", True),
            (" 7", True),
            ("1_000", True),
            ("", True),
            ("٧", True),
            ("9" * 30, True),
        ]:
            self.assertIn("whole number", self.refused(value, int, text))

    def test_range_includes_both_ends(self) -> None:
        """A clock that can be switched off accepts 0, one that cannot does not."""
        self.assertEqual(convert(0, types.MillisecondsOrOff, False), 0)
        self.assertEqual(convert(2**31 - 1, types.Milliseconds, False), 2**31 - 1)
        self.assertEqual(
            self.refused(0, types.Milliseconds), "must be from 1 to 2147483647, not 0"
        )
        self.refused(2**31, types.Milliseconds)

    def test_booleans(self) -> None:
        """Only true and false are booleans."""
        self.assertIs(convert(True, bool, False), True)
        self.assertIs(convert("False", bool, True), False)
        for value, text in [(1, False), ("true", False), ("yes", True), ("", True)]:
            self.assertIn("true or false", self.refused(value, bool, text))

    def test_texts(self) -> None:
        """
        Texts are not empty; an empty variable means that an optional text is absent.
        """
        self.assertEqual(convert("a", str, False), "a")
        self.assertIsNone(convert("", str | None, True))
        self.assertIn("empty", self.refused("", str, True))
        self.assertIn("empty", self.refused("", str | None, False))
        self.assertIn("text", self.refused(3, str | None))

    def test_choices(self) -> None:
        """The error for a choice lists the choices."""
        choice = Literal["none", "required"]
        self.assertEqual(convert("required", choice, False), "required")
        self.assertIn("none, required", self.refused("Required", choice))

    def test_lists(self) -> None:
        """A variable holds the items of a list between commas or blanks."""
        names = tuple[types.HostName, ...]
        self.assertEqual(convert("A.example, b", names, True), ("a.example", "b"))
        self.assertEqual(convert("", names, True), ())
        self.assertEqual(convert(["a"], names, False), ("a",))
        self.assertIn("list", self.refused("a", names))
        self.assertIn("'b:80'", self.refused(["a", "b:80"], names))

    def test_networks(self) -> None:
        """An address is a block of its own; host bits in a block are a mistake."""
        self.assertEqual(
            convert(["10.0.0.0/8", "::1"], tuple[types.Network, ...], False),
            (ip_network("10.0.0.0/8"), ip_network("::1/128")),
        )
        for wrong in ("10.0.0.1/8", "10.0.0.0/33", "localhost"):
            self.assertIn(repr(wrong), self.refused(wrong, types.Network))

    def test_allowed(self) -> None:
        """Hosts may be listed by name, by address and by block."""
        allowed = tuple[types.Allowed, ...]
        self.assertEqual(
            convert("IdP.internal,10.0.0.0/8 ::1", allowed, True),
            ("idp.internal", ip_network("10.0.0.0/8"), ip_network("::1/128")),
        )
        for wrong in ("10.0.0.1/8", "300.1.1.1", "a:80", "*.example", "http://a/"):
            self.assertIn(repr(wrong), self.refused([wrong], allowed))

    def test_endpoints(self) -> None:
        """An endpoint string passes Twisted's own parser without a reactor."""
        for right in (
            "tcp:8082:backlog=4096",
            "tcp6:0",
            "unix:/run/relay.sock",
            "haproxy:tcp:8082",
        ):
            self.assertEqual(convert(right, types.Endpoint, False), right)
        for wrong in ("8082", "tcp", "tcp:eighty", "tcp:1:colour=red", "carrier:1"):
            self.assertIn("endpoint string", self.refused(wrong, types.Endpoint))
        for port in ("tcp:65536", "haproxy:tcp:port=70000"):
            self.assertIn("from 0 to 65535", self.refused(port, types.Endpoint))

    def test_endpoints_leave_tls_to_its_table(self) -> None:
        """A TLS endpoint string would bypass our connection creator: it is refused."""
        for wrong in ("ssl:443", "tls:443", "haproxy:ssl:443"):
            self.assertIn("tls table", self.refused(wrong, types.Endpoint))

    def test_public_url(self) -> None:
        """The URL is kept without its last slash; what is no plain URL is refused."""
        self.assertEqual(
            convert("https://h:8443/a/", types.PublicUrl, False), "https://h:8443/a"
        )
        for wrong in (
            "h",
            "ftp://h",
            "http://",
            "http://u:secret@h",
            "http://h/?a=b",
            "http://h/#a",
            "http://h:port",
            "http://[h",
        ):
            message = self.refused(wrong, types.PublicUrl)
            self.assertIn("http or https URL", message)
            self.assertNotIn("secret", message)

    def test_content_type(self) -> None:
        """A media type with parameters, without a line end."""
        for right in ("application/json", "text/plain; charset=utf-8"):
            self.assertEqual(convert(right, types.ContentType, False), right)
        for wrong in ("json", "text/", "a b/c", "text/plain\r\nX: y", "a/ä"):
            message = self.refused(wrong, types.ContentType)
            self.assertIn("must be a media type", message)


class SectionTests(SynchronousTestCase):
    """A dataclass in an annotation makes a table of the setting."""

    def test_section_of(self) -> None:
        """A table may be optional; a plain value is no table."""
        self.assertIs(section_of(Table), Table)
        self.assertIs(section_of(Table | None), Table)
        for annotation in (str, str | None, tuple[Table, ...], types.Endpoint):
            self.assertIsNone(section_of(annotation))

    def test_item_section(self) -> None:
        """A list of tables differs from a list of values."""
        self.assertIs(item_section(tuple[Table, ...]), Table)
        for annotation in (tuple[types.HostName, ...], Table, int):
            self.assertIsNone(item_section(annotation))
