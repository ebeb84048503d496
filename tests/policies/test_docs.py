"""docs/reference/policies.md is true."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any, cast

from twisted.trial.unittest import SynchronousTestCase
from twisted.web.http_headers import Headers

from relay.expression import methods
from relay.expression.roots import MEMBERS
from relay.model.api.cors import Cors
from relay.model.schema.base import Value
from relay.model.schema.types.request_target import RequestTarget
from relay.policies.call import Call, Interrupted, Request
from relay.policies.discovery import PolicyTypes
from tests.installed import CATALOG
from tests.model.bodies import tutorial_api
from tests.policies.steps import POLICIES, context

PAGE = Path(__file__).resolve().parents[2] / "docs" / "reference" / "policies.md"


def defaults(model: type[Value], at: str = "") -> dict[str, str]:
    """Return each option with its default, as the tables write it."""
    found: dict[str, str] = {}
    for field in model.model_fields.values():
        path = f"{at}{field.alias}"
        if isinstance(field.default, Value):
            found |= defaults(type(field.default), f"{path}.")
        elif isinstance(field.annotation, type) and issubclass(field.annotation, Value):
            found |= defaults(field.annotation, f"{path}.")
        elif field.is_required() or field.default is None:
            found[path] = "–"
        elif isinstance(field.default, str):
            found[path] = field.default or "–"
        else:
            found[path] = json.dumps(field.default)
    return found


class PolicyPageTests(SynchronousTestCase):
    """The page of policies agrees with the code."""

    def setUp(self) -> None:
        """Read it."""
        self.page = PAGE.read_text()

    def test_every_option_is_told(self) -> None:
        """The page lists every option of every policy with its default."""
        sections = re.findall(r"(?ms)^### ([a-z-]+)\n(.*?)(?=^##)", self.page)
        told = {}
        for name, text in sections:
            rows = re.findall(r"(?m)^\| `([^`]+)` \| (.*?) \|", text)
            told[name] = {option: value.strip("`") for option, value in rows}
        self.assertEqual(sorted(told), sorted(POLICIES))
        for kind in POLICIES.kinds:
            self.assertEqual(told[kind.id], defaults(kind.configuration), kind.id)

    def test_cors(self) -> None:
        """The page lists every CORS option of a listener."""
        (text,) = re.findall(r"(?ms)^## CORS\n(.*?)(?=^##)", self.page)
        rows = re.findall(r"(?m)^\| `([^`]+)` \| (.*?) \|", text)
        self.assertEqual(
            {option: value.strip("`") for option, value in rows}, defaults(Cors)
        )

    def test_every_phase_is_told(self) -> None:
        """The page lists the phases of every policy."""
        for kind in POLICIES.kinds:
            (text,) = re.findall(rf"(?ms)^### {kind.id}\n(.*?)(?=^##)", self.page)
            for phase in {*kind.proxy, *kind.message}:
                self.assertIn(f"`{phase}`", text, kind.id)

    def test_expressions(self) -> None:
        """The page lists every variable, member and method."""
        for name, members in MEMBERS.items():
            self.assertIn(f"`#{name}`", self.page)
            for member in members:
                self.assertRegex(self.page, rf"[` ]{member}[`\[ ]")
        for name in methods.NAMES:
            self.assertRegex(self.page, rf"[` ]{name}[` ]")

    def test_the_flow(self) -> None:
        """The example is accepted."""
        flow, templates = map(
            json.loads, re.findall(r"(?s)```json\n(.*?)```", self.page)
        )
        api = CATALOG.parse_api(tutorial_api(flows=[flow], responseTemplates=templates))
        assert api.flows is not None
        self.assertEqual(len(api.flows[0].selectors), 2)

    def test_the_plugin(self) -> None:
        """The example works."""
        (source,) = re.findall(r"(?s)```python\n(.*?)```", self.page)
        module: dict[str, Any] = {}
        exec(compile(source, str(PAGE), "exec"), module)
        policies = PolicyTypes([module["opening_hours"]])
        self.assertEqual([kind.id for kind in policies.kinds], ["opening-hours"])
        hour_ms = 3_600_000
        for hour, is_open in ((7, False), (8, True), (18, False)):
            step = module["opening_hours"].build({}, context(wall_ms=hour * hour_ms))
            call = Call(Request("GET", RequestTarget.parse(b""), Headers()))
            if is_open:
                self.assertIsNone(step.on_request(call))
                self.assertEqual(call.answer_headers, {"X-Open-Until": "18"})
            else:
                error = cast(
                    Interrupted, self.assertRaises(Interrupted, step.on_request, call)
                )
                self.assertEqual(error.key, "CLOSED")
