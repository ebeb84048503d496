"""Tests of `relay.dialects.checking`."""

from __future__ import annotations

from typing import Any

from twisted.trial.unittest import SynchronousTestCase

from relay.dialects.checking import Checked, check
from relay.dialects.draft import Draft, Origins
from relay.dialects.finding import Finding, Refused
from tests.installed import CATALOG


def _draft(plans: list[dict[str, Any]] | None = None, **members: Any) -> Draft:
    endpoint = {"name": "one", "type": "http-proxy", "configuration": {}}
    endpoint["configuration"] = {"target": "http://127.0.0.1:9"}
    body: dict[str, Any] = {
        "name": "Trams",
        "apiVersion": "1",
        "definitionVersion": "V4",
        "type": "PROXY",
        "listeners": [
            {
                "type": "HTTP",
                "paths": [{"path": "/trams"}],
                "entrypoints": [{"type": "http-proxy"}],
            }
        ],
        "endpointGroups": [
            {"name": "all", "type": "http-proxy", "endpoints": [endpoint]}
        ],
        **members,
    }
    return Draft("api", "v4-flat", body, plans or [], Origins("spec"))


def _flow(*policies: str) -> dict[str, Any]:
    steps = [{"policy": name, "configuration": {}} for name in policies]
    return {"name": "all", "request": steps}


class LeftOutTests(SynchronousTestCase):
    """What has no effect on access and traffic is left out and reported."""

    def _warned(self, draft: Draft) -> tuple[Checked, list[str]]:
        checked = check(draft, CATALOG)
        self.assertEqual({one.severity for one in checked.findings}, {"warning"})
        return checked, [one.path for one in checked.findings]

    def test_what_cannot_be_left_out(self) -> None:
        """A part of a text stays, and refuses the draft."""
        step = {"policy": "latency", "configuration": '{"time": 1, "a": 2}'}
        draft = _draft(flows=[{"name": "all", "request": [step]}])
        with self.assertRaises(Refused) as caught:
            check(draft, CATALOG)
        at = "spec.flows[0].request[0].configuration.a"
        found = [one for one in caught.exception.findings if one.path == at]
        self.assertIn("severe", [one.severity for one in found])

    def test_unknown_members(self) -> None:
        """In an API and in its plans, at any depth."""
        plan = {"name": "open", "security": {"type": "KEY_LESS"}, "colour": "red"}
        draft = _draft([plan], owner="x", analytics={"enabled": True, "sort": 1})
        checked, paths = self._warned(draft)
        self.assertEqual(
            sorted(paths), ["spec.analytics.sort", "spec.owner", "spec.plans[0].colour"]
        )
        self.assertEqual([one.definition.name for one in checked.plans], ["open"])
        self.assertNotIn("owner", checked.body)

    def test_records(self) -> None:
        """Logging is off: the rest is imported."""
        logging = {"mode": {"entrypoint": True}}
        _, paths = self._warned(_draft(analytics={"logging": logging}))
        self.assertEqual(paths, ["spec.analytics.logging.mode.entrypoint"])

    def test_scalars_that_are_no_texts(self) -> None:
        """YAML without quotes: the number is the text that was written."""
        checked = check(_draft(apiVersion=1.5, labels=[2026, True]), CATALOG)
        self.assertEqual(checked.findings, ())
        self.assertEqual(checked.definition.api_version, "1.5")
        self.assertEqual(checked.definition.labels, ("2026", "true"))


class WaiverTests(SynchronousTestCase):
    """A severe problem refuses, unless its place is waived."""

    def _refused(self, draft: Draft, *waived: str) -> list[Finding]:
        return list(self.assertRaises(Refused, check, draft, CATALOG, waived).findings)

    def test_all_severe_problems_are_reported(self) -> None:
        """Those of plans, too, and warnings beside them."""
        draft = _draft(
            [{"name": "x", "security": {"type": "BADGE"}}],
            flows=[_flow("groovy", "xslt")],
            owner="x",
        )
        found = self._refused(draft)
        self.assertEqual(
            sorted(one.path for one in found if one.severity == "severe"),
            [
                "spec.flows[0].request[0].policy",
                "spec.flows[0].request[1].policy",
                "spec.plans[0].security.type",
            ],
        )

    def test_a_waived_step_is_left_out_as_a_whole(self) -> None:
        """Steps beside it keep their places in later reports."""
        draft = _draft(flows=[_flow("groovy", "xslt")])
        found = self._refused(draft, "spec.flows[0].request[0].policy")
        self.assertEqual(
            [(one.path, one.severity) for one in found],
            [
                ("spec.flows[0].request[0].policy", "warning"),
                ("spec.flows[0].request[1].policy", "severe"),
            ],
        )
        checked = check(draft, CATALOG, [f"spec.flows[0].request[{n}]" for n in (0, 1)])
        assert checked.definition.flows is not None
        self.assertEqual(checked.definition.flows[0].to_json()["request"], [])

    def test_an_encrypted_property_is_left_out_as_a_whole(self) -> None:
        """Without its mark the text would count as the value."""
        secret = {"key": "a", "value": "AbC==", "encrypted": True}
        properties = [secret, {"key": "b", "value": "2"}]
        checked = check(
            _draft(properties=properties), CATALOG, ["spec.properties[0].encrypted"]
        )
        kept = checked.definition.to_json()["properties"]
        self.assertEqual([one["key"] for one in kept], ["b"])

    def test_a_waiver_leaves_no_list_empty_that_admits_everything(self) -> None:
        """Without its only method, or selector, a flow would run for every call."""
        selector = {"type": "HTTP", "path": "/", "methods": ["PURGE", "LOCK"]}
        flow = {**_flow("mock"), "selectors": [selector]}
        methods = "spec.flows[0].selectors[0].methods"
        found = self._refused(_draft(flows=[flow]), f"{methods}[0]", f"{methods}[1]")
        self.assertEqual({one.severity for one in found}, {"severe"})
        self.assertIn("cannot be left out", found[0].message)
        selector["methods"] = ["PURGE", "GET"]
        checked = check(_draft(flows=[flow]), CATALOG, [f"{methods}[0]"])
        (kept,) = checked.definition.to_json()["flows"]
        self.assertEqual(kept["selectors"][0]["methods"], ["GET"])
        flow["selectors"] = [{"type": "FORM"}]
        self._refused(_draft(flows=[flow]), "spec.flows[0].selectors[0]")

    def test_what_cannot_be_left_out_is_not_waived(self) -> None:
        """An API without listeners stays refused."""
        found = self._refused(_draft(listeners="none"), "spec.listeners")
        self.assertEqual({one.severity for one in found}, {"warning", "severe"})

    def test_a_waiver_needs_a_problem(self) -> None:
        """A misspelt waiver is reported."""
        [found] = self._refused(_draft(), "spec.flow")
        self.assertEqual((found.path, found.severity), ("spec.flow", "severe"))

    def test_a_finding_of_the_dialect_is_waived_too(self) -> None:
        """The dialect has left it out."""
        draft = _draft()
        draft.findings.append(Finding("spec.services", "severe", "no discovery"))
        self.assertEqual(len(self._refused(draft)), 1)
        [found] = check(draft, CATALOG, ["spec.services"]).findings
        self.assertEqual(found.severity, "warning")
