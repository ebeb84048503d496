"""Every vector is read as it must be."""

from __future__ import annotations

from typing import Any

from twisted.trial.unittest import SynchronousTestCase

from relay.dialects import detect, read
from relay.dialects.checking import Checked, check
from relay.dialects.document import read_documents
from relay.dialects.draft import Draft
from relay.dialects.finding import Finding, Refused
from relay.model.policy_groups.references import references
from tests.dialects.vectors import Vector, values, vectors
from tests.installed import CATALOG

UNREADABLE = ("31", "32", "33", "34", "40")
"""Files that are refused before their dialect is known."""
BUILT = ("23", "27", "28", "41")
"""Files of which more is possible than the vectors expect; they have other tests."""
KEPT = {("23", "listeners[0].cors.runPolicies"): True}
"""Members that are imported, where the vectors expect that they are left out."""


def read_vector(vector: Vector) -> tuple[list[Draft], Checked | None, list[Finding]]:
    """
    Read and check the definitions of a file.

    :returns: the drafts, the API if there is one, and all problems.
    :raises Refused: with all problems.
    """
    drafts = read(vector.content)
    apis = [one for one in drafts if one.kind == "api"]
    if not apis:
        return drafts, None, [found for one in drafts for found in one.findings]
    checked = check(apis[0], CATALOG)
    beside = [one for draft in drafts if draft.kind != "api" for one in draft.findings]
    return drafts, checked, [*checked.findings, *beside]


def members(drafts: list[Draft], api: Checked | None) -> dict[str, Any]:
    """Return what a file becomes, with the plans of an API beside its members."""
    if api is None:
        return drafts[0].body
    plans = [{**one.body, **one.definition.to_json()} for one in api.plans]
    return {
        **api.body,
        **api.standing.to_json(),
        **api.definition.to_json(),
        "plans": plans,
    }


class VectorTests(SynchronousTestCase):
    """Each file has the dialect, the result, the members and the problems."""

    maxDiff = None

    def _vectors(self) -> list[tuple[str, Vector]]:
        found = list(vectors().items())
        self.assertEqual(len(found), 44)
        return found

    def test_dialects(self) -> None:
        """The dialect is recognised; several documents have each their own."""
        for key, vector in self._vectors():
            if key in UNREADABLE:
                continue
            documents = read_documents(vector.content)
            found = [detect(one.value) for one in documents]
            names = [one.name for one in found if one is not None]
            if vector.dialect == "crd-several":
                self.assertEqual(names, ["crd-api-v4", "crd-application"])
            else:
                wanted = [] if vector.dialect == "openapi" else [vector.dialect]
                self.assertEqual(names, wanted, vector.name)

    def test_results(self) -> None:
        """A file is imported, or refused; exactly its problems are told."""
        for key, vector in self._vectors():
            if key in BUILT:
                continue
            try:
                _, _, findings = read_vector(vector)
            except Refused as refused:
                self.assertTrue(vector.refused, f"{vector.name}: {refused}")
                findings = list(refused.findings)
            else:
                self.assertFalse(vector.refused, vector.name)
            self.assertEqual(list(vector.faults(findings)), [])

    def test_members(self) -> None:
        """What a file becomes has the members of the vector."""
        for key, vector in self._vectors():
            if vector.refused:
                continue
            drafts, api, _ = read_vector(vector)
            become = members(drafts, api)
            for path, wanted in vector.becomes.items():
                if (key, path) in KEPT:
                    self.assertEqual(values(become, path), [KEPT[key, path]])
                    continue
                found = values(become, path)
                if "[*]" in path:
                    self.assertEqual(set(found), set(wanted), (vector.name, path))
                else:
                    self.assertEqual(found, [wanted], (vector.name, path))

    def test_resources_that_are_built(self) -> None:
        """The resources of file 27 are imported; no problem is told."""
        _, api, findings = read_vector(vectors()["27"])
        assert api is not None
        self.assertEqual(findings, [])
        resources = api.definition.to_json()["resources"]
        self.assertEqual(
            [one["type"] for one in resources],
            ["oauth2-am-resource", "auth-provider-inline-resource"],
        )

    def test_references_to_groups(self) -> None:
        """Files 28 and 41 refer to a group by its id, and by its name."""
        _, api, findings = read_vector(vectors()["28"])
        assert api is not None
        self.assertEqual(findings, [])
        (found,) = references(api.definition.to_json())
        self.assertEqual(found.cross_id, "7d3f2c1e-0b9a-4d8e-8c2e-0b9a1d8e4e55")
        (draft,) = read(vectors()["41"].content)
        step = draft.body["flows"][0]["request"][0]
        self.assertEqual(step["configuration"], {"sharedPolicyGroupId": "town-rules"})
        self.assertEqual(
            draft.origins.of("flows[0].request[0].configuration"),
            "spec.flows[0].request[0].sharedPolicyGroupRef",
        )

    def test_a_resource_that_is_missing(self) -> None:
        """File 41 refers to a resource that no file has."""
        with self.assertRaises(Refused) as caught:
            read_vector(vectors()["41"])
        severe = [one.path for one in caught.exception.findings if one.line]
        self.assertIn("spec.resources[0]", severe)

    def test_policies_of_preflight_requests(self) -> None:
        """``runPolicies`` of file 23 is kept; what is not recorded is told."""
        vector = vectors()["23"]
        _, _, findings = read_vector(vector)
        self.assertEqual(
            list(vector.faults(findings)),
            [f"{vector.name}: 'listeners[0].cors.runPolicies' is not told"],
        )
