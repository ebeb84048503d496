"""When each setting takes effect."""

from __future__ import annotations

from dataclasses import fields, is_dataclass, replace
from typing import Any, get_type_hints

from twisted.trial.unittest import SynchronousTestCase

from relay.settings.effect import NEXT_START, TAKEN_BY, Merged, Taker, merged, takers_of
from relay.settings.listeners import GatewayTlsSettings, ListenerSettings
from relay.settings.schema import Settings, load
from relay.settings.types import item_section, section_of

PAIR = GatewayTlsSettings("/cert.pem", "/key.pem")


def names(section: type[Any], prefix: str = "") -> list[str]:
    """Return the name of every setting; a member of a list of tables has no number."""
    hints = get_type_hints(section)
    found: list[str] = []
    for field in fields(section):
        key = f"{prefix}{field.name}"
        table = section_of(hints[field.name]) or item_section(hints[field.name])
        found += [key] if table is None else names(table, f"{key}.")
    return found


def settings(toml: str = "", data_dir: str = "/srv") -> Settings:
    """Return the settings of a file."""
    if not toml:
        return load(None, data_dir, {}, {})
    path = f"{SynchronousTestCase().mktemp()}.toml"
    with open(path, "w") as file:
        file.write(toml)
    return load(path, data_dir, {}, {})


class TableTests(SynchronousTestCase):
    """The table of effects."""

    def test_every_setting_is_in_it_once(self) -> None:
        """A new setting is live, or takes effect at the next start: it must say so."""
        self.assertEqual(sorted(names(Settings)), sorted(TAKEN_BY))

    def test_every_taker_takes_something(self) -> None:
        """No part of the daemon is listed in vain."""
        found = {taker for takers in TAKEN_BY.values() for taker in takers}
        self.assertEqual(found, set(Taker))

    def test_a_table_that_may_be_missing_has_one_effect(self) -> None:
        """Otherwise a part of it could not be left while the rest is applied."""
        for table in ("gateway.listeners", "management.tls", "technical.tls"):
            effects = {
                bool(takers)
                for name, takers in TAKEN_BY.items()
                if name.startswith(f"{table}.")
            }
            self.assertEqual(effects, {True}, table)


class MergeTests(SynchronousTestCase):
    """What a reload puts in force."""

    def merge(self, before: Settings, after: Settings) -> Merged:
        """Merge, and check that a second merge has nothing more to apply."""
        found = merged(before, after)
        again = merged(found.settings, after)
        self.assertEqual((again.applied, again.left), ((), found.left))
        return found

    def test_nothing_has_changed(self) -> None:
        """Nothing is applied, and nothing is left."""
        self.assertEqual(
            self.merge(settings(), settings()),
            Merged(settings(), (), (), frozenset()),
        )

    def test_live_and_not(self) -> None:
        """Live settings are applied, the others are left as they were."""
        after = settings(
            "[limits]\nmax_exchanges = 5\n[store]\nthreads = 7\npoll_ms = 99\n"
            "[process]\nshare_data_dir = true\n"
        )
        found = self.merge(settings(), after)
        self.assertEqual(found.applied, ("store.poll_ms", "limits.max_exchanges"))
        self.assertEqual(found.left, ("store.threads", "process.share_data_dir"))
        self.assertEqual(found.takers, {Taker.EXCHANGES, Taker.STORE})
        in_force = found.settings
        self.assertEqual((in_force.store.threads, in_force.store.poll_ms), (4, 99))
        self.assertFalse(in_force.process.share_data_dir)

    def test_each_live_setting_reaches_its_taker(self) -> None:
        """Each changed value is in force, and its takers are asked to take it."""
        for name, takers in TAKEN_BY.items():
            if name.startswith("gateway.listeners.") or ".tls." in name:
                continue
            after = _changed(settings(), name.split("."))
            found = merged(settings(), after)
            if takers == NEXT_START:
                self.assertEqual((found.applied, found.left), ((), (name,)))
                self.assertEqual(found.settings, settings())
            else:
                self.assertEqual((found.applied, found.left), ((name,), ()))
                self.assertEqual(found.takers, set(takers))
                self.assertEqual(found.settings, after)

    def test_listeners(self) -> None:
        """Listeners are named by their ids, and so are their settings."""
        before = _listeners(
            ListenerSettings("a", "tcp:1"),
            ListenerSettings("b", "tcp:2"),
            ListenerSettings("c", "tcp:3"),
        )
        after = _listeners(
            ListenerSettings("a", "tcp:1", trusted_proxies=("unix",)),
            ListenerSettings("c", "tcp:3", tls=PAIR),
            ListenerSettings("d", "tcp:4"),
        )
        found = self.merge(before, after)
        self.assertEqual(
            found.applied,
            (
                "gateway.listeners.a.trusted_proxies",
                "gateway.listeners.b",
                "gateway.listeners.c.tls",
                "gateway.listeners.d",
            ),
        )
        self.assertEqual(found.takers, {Taker.LISTENERS})
        self.assertEqual(found.settings, after)

    def test_the_order_of_listeners(self) -> None:
        """It is a change, since the first listener has the URL of the gateway."""
        both = [ListenerSettings("a", "tcp:1"), ListenerSettings("b", "tcp:2")]
        found = self.merge(_listeners(*both), _listeners(*reversed(both)))
        self.assertEqual(found.applied, ("gateway.listeners",))
        self.assertEqual(found.takers, {Taker.LISTENERS})

    def test_other_arguments_of_an_open_port(self) -> None:
        """A port that is open cannot be opened again; its endpoint stays as it was."""
        before = _listeners(ListenerSettings("a", "tcp:1:backlog=9"))
        after = _listeners(ListenerSettings("a", "tcp:1", trusted_proxies=("unix",)))
        found = self.merge(before, after)
        self.assertEqual(found.applied, ("gateway.listeners.a.trusted_proxies",))
        self.assertEqual(found.left, ("gateway.listeners.a.endpoint",))
        self.assertEqual(
            found.settings,
            _listeners(
                ListenerSettings("a", "tcp:1:backlog=9", trusted_proxies=("unix",))
            ),
        )

    def test_a_table_within_a_section(self) -> None:
        """The whole table is named when it was missing, else the setting in it."""
        tls = '[technical.tls]\ncertificate = "/c.pem"\nkey = "/k.pem"\n'
        found = self.merge(settings(), settings(tls))
        self.assertEqual(found.applied, ("technical.tls",))
        found = self.merge(settings(tls), settings(tls.replace("/c.", "/d.")))
        self.assertEqual(found.applied, ("technical.tls.certificate",))
        self.assertEqual(found.takers, takers_of("technical.tls"))


def _listeners(*listeners: ListenerSettings) -> Settings:
    found = settings()
    return replace(found, gateway=replace(found.gateway, listeners=listeners))


def _changed(section: Any, path: list[str]) -> Any:
    """Change one value of a section."""
    name, *rest = path
    value = getattr(section, name)
    if is_dataclass(value):
        return replace(section, **{name: _changed(value, rest)})
    changed: Any = f"{value}x" if isinstance(value, str) else (value or 0) + 1
    if isinstance(value, bool):
        changed = not value
    elif isinstance(value, tuple):
        changed = (*value, "more")
    elif name.endswith("endpoint"):
        changed = "tcp:1"
    return replace(section, **{name: changed})
