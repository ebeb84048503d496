"""The page on compatibility and the code say the same."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from twisted.trial.unittest import SynchronousTestCase

from relay.model.api import read_only
from relay.model.api.definition import (
    Analytics,
    ApiDefinition,
    Endpoint,
    EndpointGroup,
    HttpListener,
    ListenerEntrypoint,
)
from relay.model.api.endpoints.http_proxy import HttpOptions, KeyStore, ProxyOptions
from relay.model.api.publication_state import SETTABLE, LifecycleState, Visibility
from relay.model.plans.plan import PlanDefinition
from relay.model.schema.base import Value
from relay.model.schema.errors import Invalid
from tests.installed import CATALOG
from tests.model.bodies import put, tutorial_plan
from tests.model.members import (
    BASE,
    MEMBERS,
    MESSAGE,
    MESSAGE_BASE,
    PLAN,
    UNTYPED,
    Member,
)

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "compatibility.md"
CORE = frozenset({"name", "apiVersion", "entrypoints", "endpointGroups", "endpoints"})
"""What needs no word: an API is made of it."""


class PageTests(SynchronousTestCase):
    """Every field has its place on the page."""

    def test_every_field(self) -> None:
        """Each field that is read, left aside or refused is named in backquotes."""
        page = PAGE.read_text()
        models: list[type[Value]] = [
            ApiDefinition,
            Analytics,
            HttpListener,
            ListenerEntrypoint,
            EndpointGroup,
            Endpoint,
            PlanDefinition,
            HttpOptions,
            KeyStore,
            ProxyOptions,
        ]
        names = {
            field.alias or name
            for model in models
            for name, field in model.model_fields.items()
        }
        names |= read_only.API | read_only.PLAN | SETTABLE
        names |= {*LifecycleState, *Visibility}
        silent = {
            name
            for name in names - CORE
            if not any(
                f"{before}{name}{after}" in page for before in "`." for after in "`.[:"
            )
        }
        self.assertEqual(silent, set())


def verdict_on(parse: Callable[[Any], Value], body: Any, location: str) -> Any:
    """
    Parse a body.

    :returns: the stored member at the location, or ``...`` without one.
    :raises Invalid: for a refused body.
    """
    place: Any = parse(body).to_json()
    for part in location.replace("[", ".").replace("]", "").strip(".").split("."):
        if isinstance(place, list):
            place = place[int(part)]
        elif part in place:
            place = place[part]
        else:
            return ...
    return place


class MemberTests(SynchronousTestCase):
    """Each member of Gravitee's schemas is kept, set by the server, or refused."""

    def check(
        self,
        parse: Callable[[Any], Value],
        base: dict[str, Any],
        at: str,
        members: Mapping[str, Member],
    ) -> None:
        """Try each member of the object at a location, alone."""
        for name, member in members.items():
            where = f"{at}.{name}".removeprefix(".")
            body = put(base, where, member.value)
            if member.verdict == "refused":
                error = self.assertRaises(Invalid, parse, body)
                places = [issue.location for issue in error.issues]
                self.assertTrue(any(one.startswith(where) for one in places), error)
                continue
            found = verdict_on(parse, body, where)
            if member.verdict == "server":
                self.assertIs(found, ..., where)
            elif isinstance(member.value, dict | list):
                self.assertEqual(type(found), type(member.value), where)
                self.assertTrue(contains(found, member.value), (where, found))
            else:
                wanted = member.value if member.stored is None else member.stored
                self.assertEqual(found, wanted, where)

    def test_api(self) -> None:
        """The members of an API and of the objects in it."""
        for at, members in MEMBERS.items():
            self.check(CATALOG.parse_api, BASE, at, members)

    def test_message_api(self) -> None:
        """Those of a MESSAGE API that differ."""
        for at, members in MESSAGE.items():
            self.check(CATALOG.parse_api, MESSAGE_BASE, at, members)

    def test_plan(self) -> None:
        """The members of a plan."""
        plan = tutorial_plan(security={"type": "API_KEY", "configuration": {}})
        self.check(CATALOG.parse_plan, plan, "", PLAN)

    def test_misspelt(self) -> None:
        """A member that no schema has is refused anywhere."""
        for at in MEMBERS.keys() - UNTYPED:
            body = put(BASE, f"{at}.misspelt".removeprefix("."), "x")
            error = self.assertRaises(Invalid, CATALOG.parse_api, body)
            self.assertIn("misspelt", str(error), at)


def contains(found: Any, wanted: Any) -> bool:
    """Whether a stored value has at least the members of the one that was sent."""
    if isinstance(wanted, Mapping):
        return isinstance(found, Mapping) and all(
            name in found and contains(found[name], one) for name, one in wanted.items()
        )
    if isinstance(wanted, list):
        return isinstance(found, list) and all(map(contains, found, wanted))
    return isinstance(found, str) or bool(found == wanted)
