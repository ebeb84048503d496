"""Tests of :mod:`relay.dialects.terraform`."""

from __future__ import annotations

import json
from typing import Any

from twisted.trial.unittest import SynchronousTestCase

from relay.dialects import detect
from relay.dialects.checking import check
from relay.dialects.finding import Refused
from relay.dialects.terraform import Terraform
from tests.installed import CATALOG


def _attributes(**members: Any) -> dict[str, Any]:
    entrypoint = {"type": "http-proxy", "configuration": None}
    return {
        "hrid": "trams",
        "name": "Trams",
        "version": "1",
        "type": "PROXY",
        "state": "STARTED",
        "lifecycle_state": "PUBLISHED",
        "picture_url": None,
        "listeners": [
            {"http": {"paths": [{"path": "/trams"}], "entrypoints": [entrypoint]}}
        ],
        "endpoint_groups": [
            {
                "name": "all",
                "type": "http-proxy",
                "load_balancer": {"type": "RANDOM"},
                "shared_configuration": json.dumps({"http": {"readTimeout": 7000}}),
                "endpoints": [
                    {
                        "name": "one",
                        "type": "http-proxy",
                        "inherit_configuration": True,
                        "configuration": json.dumps({"target": "http://127.0.0.1:9"}),
                    }
                ],
            }
        ],
        "flows": [
            {
                "enabled": True,
                "selectors": [
                    {"http": {"path": "/a", "path_operator": "EQUALS"}},
                    {"condition": {"condition": "{#request.ssl == null}"}},
                ],
            }
        ],
        "response_templates": {
            "API_KEY_MISSING": {"*/*": {"status_code": 403, "headers": {"x_a": "1"}}}
        },
        "plans": [{"hrid": "open", "name": "Open", "security": {"type": "KEY_LESS"}}],
        **members,
    }


class TerraformTests(SynchronousTestCase):
    """Attributes in snake_case."""

    def test_recognised(self) -> None:
        """By groups in snake_case, or by listeners in a member with their type."""
        found = detect(_attributes())
        assert found is not None
        self.assertEqual(found.name, "terraform")
        terraform = Terraform()
        self.assertTrue(terraform.recognises({"listeners": [{"http": {}}]}))
        self.assertFalse(terraform.recognises({"listeners": [{"type": "HTTP"}]}))
        self.assertFalse(terraform.recognises({"listeners": "http"}))
        self.assertFalse(terraform.recognises({"endpoint_groups": [], "proxy": {}}))

    def test_read(self) -> None:
        """Names, listeners, selectors and texts become those of the management API."""
        checked = check(Terraform().read(_attributes()), CATALOG)
        self.assertEqual(checked.findings, ())
        body = checked.definition.to_json()
        self.assertEqual(body["listeners"][0]["paths"][0]["path"], "/trams/")
        group = body["endpointGroups"][0]
        self.assertEqual(group["loadBalancer"]["type"], "RANDOM")
        self.assertEqual(group["sharedConfiguration"]["http"]["readTimeout"], 7000)
        self.assertIs(group["endpoints"][0]["inheritConfiguration"], True)
        self.assertEqual(
            [one["type"] for one in body["flows"][0]["selectors"]],
            ["HTTP", "CONDITION"],
        )
        template = body["responseTemplates"]["API_KEY_MISSING"]["*/*"]
        self.assertEqual(template["statusCode"], 403)
        self.assertEqual(template["headers"], {"x_a": "1"})
        self.assertEqual(checked.body["state"], "STARTED")
        self.assertEqual(checked.body["lifecycleState"], "PUBLISHED")
        self.assertEqual([one.body["hrid"] for one in checked.plans], ["open"])

    def test_places(self) -> None:
        """A problem is told at the attribute."""
        attributes = _attributes(type="NATIVE")
        attributes["endpoint_groups"][0]["shared_configuration"] = "{"
        path = attributes["listeners"][0]["http"]["paths"][0]
        path["path"] = "no path"
        with self.assertRaises(Refused) as caught:
            check(Terraform().read(attributes, "[1]"), CATALOG)
        paths = [one.path for one in caught.exception.findings]
        self.assertIn("[1].endpoint_groups[0].shared_configuration", paths)
        self.assertIn("[1].type", paths)
        self.assertIn("[1].listeners[0].http.paths[0].path", paths)
