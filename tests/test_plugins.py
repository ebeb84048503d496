"""Plugins that are found are used, or reported."""

from __future__ import annotations

from typing import Any

from twisted.logger import capturedLogs, formatEvent
from twisted.plugin import IPlugin
from twisted.trial.unittest import SynchronousTestCase
from zope.interface import Attribute, directlyProvides, implementer

from relay import connectors, plans
from relay.model.api.kinds import PlanType
from relay.model.schema.base import Options
from relay.plugins import UsablePlugins, found_in

OWN = PlanType("OWN", "Ours", Options)


class IThing(IPlugin):
    """Something that is plugged in."""

    kind = Attribute("its kind")

    def run() -> None:
        """Do it."""


@implementer(IThing)
class Thing:
    """One of it."""

    def __init__(self, kind: Any) -> None:
        self.kind = kind

    def run(self) -> None:
        """Do it."""


class Other(Thing):
    """A plugin of another distribution."""


class Own(Thing):
    """One of Relay's own."""

    __module__ = "zoo"


class Unfinished:
    """A plugin that has a kind and no methods."""

    def __init__(self) -> None:
        directlyProvides(self, IThing)


def kind(name: str) -> PlanType:
    """A kind of that name."""
    return PlanType(name, "", Options)


class UsableTests(SynchronousTestCase):
    def chosen(self, *found: object) -> dict[str, Any]:
        """Sort the plugins, and keep the log lines about those that are left out."""
        with capturedLogs() as events:
            self.usable = UsablePlugins(
                found,
                IThing,
                PlanType,
                [Own.__module__],
                lambda kind: "bad" if kind.id == "BAD" else None,
            )
        self.told = [formatEvent(event) for event in events]
        return dict(self.usable)

    def test_what_is_broken(self) -> None:
        """
        A broken plugin is logged with its problem; plugins of other interfaces are
        ignored.
        """
        good = Thing(kind("A"))
        found = self.chosen(
            object(), Unfinished(), Thing("A"), Thing(kind("BAD")), good
        )
        self.assertEqual(found, {"A": good})
        for name, problem, told in zip(
            ("Thing", "Thing", "Unfinished"),
            ("its kind is no PlanType", "bad", "failed to implement"),
            self.told,
            strict=True,
        ):
            self.assertIn(f"{__name__}.{name} is left out: ", told)
            self.assertIn(problem, told)

    def test_nobody_is_replaced(self) -> None:
        """Relay's own are first, then they go by their names."""
        ours, theirs = Own(OWN), Other(kind("OWN"))
        self.assertEqual(self.chosen(theirs, ours), {"OWN": ours})
        self.assertIn("[OWN] is zoo.Own", self.told[0])
        self.assertEqual((self.usable.kinds, self.usable.added), ([OWN], []))
        first, second = Other(kind("A")), Thing(kind("A"))
        for pair in ((first, second), (second, first)):
            self.assertEqual(self.chosen(*pair), {"A": first})
            self.assertEqual(self.usable.added, [first.kind])


class FoundTests(SynchronousTestCase):
    def test_packages(self) -> None:
        """The plugins of each package are found."""
        for package in (connectors, plans):
            names = {type(one).__module__ for one in found_in(package)}
            ours = {name for name in names if name.startswith(package.__name__)}
            self.assertTrue(ours, package)
            self.assertEqual(ours, names)
