"""Tests of :mod:`relay.management.definitions.reading`."""

from __future__ import annotations

import json

from twisted.trial.unittest import SynchronousTestCase

from relay.dialects.finding import Refused
from relay.management.definitions.reading import read_api_file
from tests.dialects.bodies import api, flow, resource


def _file(*documents: object) -> bytes:
    return "\n---\n".join(map(json.dumps, documents)).encode()


_API = resource("ApiV4Definition", "trams", **api())
_GROUP = resource(
    "SharedPolicyGroup", "rules", apiType="PROXY", phase="REQUEST", steps=[]
)


class ReadingTests(SynchronousTestCase):
    """A file has one API."""

    def _refused(self, *documents: object) -> list[str]:
        with self.assertRaises(Refused) as caught:
            read_api_file(_file(*documents))
        return [one.path for one in caught.exception.findings]

    def test_several(self) -> None:
        """Each further API is refused; what is no API is left out."""
        self.assertEqual(self._refused(_API, _API, _API), ["[1]", "[2]"])
        draft = read_api_file(_file(resource("Application", "a", name="A"), _API))
        self.assertEqual([one.path for one in draft.findings], ["[0]"])

    def test_none(self) -> None:
        """A file without an API is refused."""
        self.assertEqual(self._refused(resource("Application", "a", name="A")), [""])

    def test_groups(self) -> None:
        """A group to which the API refers is a part of it."""
        reference = {
            "policy": "shared-policy-group-policy",
            "sharedPolicyGroupRef": {"name": "rules"},
        }
        used = resource("ApiV4Definition", "a", **api(flows=[flow(reference)]))
        draft = read_api_file(_file(used, _GROUP))
        self.assertEqual(draft.body["flows"][0]["request"], [])
        self.assertEqual(draft.findings, [])
        draft = read_api_file(_file(_API, _GROUP))
        self.assertEqual([one.path for one in draft.findings], ["[1]"])

    def test_states(self) -> None:
        """A state is one that an API can have."""
        draft = read_api_file(_file({**api(state="PAUSED"), "hrid": "trams"}))
        (found,) = draft.findings
        self.assertEqual((found.path, found.severity), ("state", "severe"))
