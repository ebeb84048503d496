"""Tests of :mod:`relay.policies.traffic.dynamic_routing`."""

from __future__ import annotations

from pydantic import ValidationError
from twisted.trial.unittest import SynchronousTestCase

from relay.expression.errors import EvaluationFailed
from relay.policies.call import ENDPOINT_ATTRIBUTE
from relay.policies.traffic.dynamic_routing import DynamicRouting
from tests.policies.steps import build, call, interruption

RULES = [
    {
        "pattern": "/v1/([^/]+)/(?P<rest>.*)",
        "url": "/{#group[0]}?r={#groupName['rest']}",
    },
    {"pattern": "/blue", "url": "{#endpoints['the endpoint']}/x"},
    {"pattern": "/away/(.*)", "url": "https://h.example:8443/{#group[0]}"},
    {"pattern": "/any/(.*)", "url": "{#group[0]}"},
]


class DynamicRoutingTests(SynchronousTestCase):
    """Where calls go."""

    def test_rules(self) -> None:
        """The first matching rule applies, and a host of the definition is reported."""
        step = build("dynamic-routing", rules=RULES)
        for path, target, origin in (
            (b"/v1/a/b/c", "/a?r=b/c", None),
            (b"/blue", "the endpoint:/x", None),
            (b"/away/x", "https://h.example:8443/x", "https://h.example:8443"),
            (b"/any/http://evil", "http://evil", None),
        ):
            made = call(path=path)
            self.assertIsNone(interruption(step, made))
            self.assertEqual(made.attributes[ENDPOINT_ATTRIBUTE], target)
            self.assertEqual(made.named_origin, origin)

    def test_no_rule(self) -> None:
        """The call goes nowhere."""
        step = build("dynamic-routing", rules=RULES)
        ended = interruption(step, call(path=b"/bluer"))
        assert ended is not None
        self.assertEqual(
            (ended.status, ended.key, ended.message),
            (400, "NO_ROUTING_RULE", "No routing rule is matching path"),
        )

    def test_without_rules(self) -> None:
        """Without rules the call is not changed."""
        made = call()
        self.assertIsNone(interruption(build("dynamic-routing"), made))
        self.assertNotIn(ENDPOINT_ATTRIBUTE, made.attributes)

    def test_patterns_by_expression(self) -> None:
        """Patterns are evaluated for each call; an invalid one ends the call."""
        pattern = "/{#request.params['v'][0]}/(.*)"
        step = build(
            "dynamic-routing", rules=[{"pattern": pattern, "url": "/{#group[0]}"}]
        )
        made = call(path=b"/v2/a", query=b"v=v%5B12%5D")
        self.assertIsNone(interruption(step, made))
        self.assertEqual(made.attributes[ENDPOINT_ATTRIBUTE], "/a")
        self.assertRaises(EvaluationFailed, step.on_request, call(query=b"v=("))

    def test_decoded_paths(self) -> None:
        """A pattern may match the decoded path; its groups are encoded again."""
        step = build(
            "dynamic-routing",
            rules=[{"pattern": "/a b/(.*)", "url": "/{#group[0]}"}],
        )
        made = call(path=b"/a%20b/c%3Fd/e")
        self.assertIsNone(interruption(step, made))
        self.assertEqual(made.attributes[ENDPOINT_ATTRIBUTE], "/c%3Fd/e")

    def test_hosts_by_expression(self) -> None:
        """
        A host that is not literal to its end does not count as named by the definition.
        """
        url = "https://h.example{#request.params['x'][0]}/"
        step = build("dynamic-routing", rules=[{"pattern": ".*", "url": url}])
        made = call(query=b"x=.evil.example")
        self.assertIsNone(interruption(step, made))
        self.assertIsNone(made.named_origin)

    def test_refused(self) -> None:
        """Patterns that are none."""
        body = {"rules": [{"pattern": "(", "url": "/"}]}
        self.assertRaises(ValidationError, DynamicRouting.read, body)
