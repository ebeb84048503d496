"""Tests of :mod:`relay.policies.transformation.assign_attributes`."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from tests.policies.steps import build, call


class AssignAttributesTests(SynchronousTestCase):
    """What is remembered."""

    def test_values(self) -> None:
        """Keep their kinds, by either form of their names; null changes none."""
        made = call(query=b"n=5", old="x")
        build(
            "policy-assign-attributes",
            attributes=[
                {"name": "gravitee.attribute.a", "value": "{#request.params['n'][0]}!"},
                {"name": "b", "value": "{#context.attributes['a'].length() + 1}"},
                {"name": "c", "value": "{#context.attributes['gravitee.attribute.b']}"},
                {"name": "old", "value": "{#request.params['absent']}"},
            ],
        ).on_request(made)
        self.assertEqual(made.attributes, {"old": "x", "a": "5!", "b": 3, "c": 3})
