"""The tree of documented settings."""

from __future__ import annotations

import json
import re

from twisted.trial.unittest import SynchronousTestCase

from relay.settings.documentation.tables import (
    Documented,
    every_setting,
    plain,
    sections,
)
from relay.settings.effect import TAKEN_BY
from relay.settings.schema import Settings
from relay.settings.source import keys
from relay.settings.types import convert


def documented(name: str) -> Documented:
    """Return one setting."""
    (found,) = (one for one in every_setting() if one.name == name)
    return found


class TableTests(SynchronousTestCase):
    """What is documented."""

    def test_every_setting_is_there_once(self) -> None:
        """The settings that a reload knows are those that are documented."""
        names = [one.name for one in every_setting()]
        self.assertEqual(sorted(names), sorted(set(TAKEN_BY) - {"data_dir"}))
        tops = list(dict.fromkeys(one.partition(".")[0] for one in keys(Settings)))
        self.assertEqual([one.name for one in sections()], tops[1:])

    def test_descriptions(self) -> None:
        """They begin in lower case or with a sign, and end without a full stop."""
        for one in every_setting():
            self.assertRegex(one.description, r"^[a-z\[`]|^PEM ", one.name)
            self.assertNotRegex(one.description, r"[.\n]$", one.name)
            self.assertNotRegex(plain(one.description), r"\]\(|`", one.name)

    def test_sections_are_described(self) -> None:
        """In sentences."""
        for one in sections():
            self.assertRegex(one.description, r"^[A-Z].*\.$", one.name)

    def test_a_setting(self) -> None:
        """It has all that its class and its field have."""
        one = documented("metrics.max_series")
        self.assertEqual(one.variable, "RELAY__METRICS__MAX_SERIES")
        self.assertEqual((one.default, one.example), (1000, None))
        self.assertFalse(one.next_start)
        shape = one.to_json()
        self.assertEqual((shape["minimum"], shape["maximum"]), (10, 100_000))
        self.assertEqual(json.loads(json.dumps(shape)), shape)

    def test_the_next_start(self) -> None:
        """The mark is that of the reload."""
        self.assertTrue(documented("store.url").next_start)

    def test_secrets(self) -> None:
        """Settings whose values are hidden are marked."""
        secret = [one.name for one in every_setting() if one.secret]
        self.assertEqual(secret, ["technical.token", "tracing.headers"])

    def test_only_the_file_has_members_of_lists(self) -> None:
        """They have no environment variable."""
        for one in every_setting():
            in_list = re.match(r"gateway\.listeners\.|.*\.tls\.hosts\.", one.name)
            self.assertEqual(one.variable is None, in_list is not None, one.name)

    def test_tables_that_are_documented_elsewhere(self) -> None:
        """Their settings name the setting that has the description."""
        one = documented("technical.tls.hosts.ca")
        self.assertEqual(one.like, "gateway.listeners.tls.hosts.ca")
        self.assertEqual(one.description, documented(one.like).description)
        self.assertEqual(one.example, "/etc/relay/operators-ca.pem")

    def test_examples_of_lists(self) -> None:
        """They are lists, as the settings file has them."""
        names = documented("gateway.listeners.tls.hosts.names").example
        assert isinstance(names, list)
        self.assertEqual(convert(names, tuple[str, ...], text=False), tuple(names))

    def test_plain(self) -> None:
        """Links become their texts."""
        for text, shown in (
            ("a [b](c#d) e", "a b e"),
            ("[`a` or `b`](x.md), [c](y)", "a or b, c"),
            ("`listeners[].servers` of [it](z)", "listeners[].servers of it"),
            ("`[1]`", "[1]"),
        ):
            self.assertEqual(plain(text), shown)
