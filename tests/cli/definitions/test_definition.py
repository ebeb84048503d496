"""A definition, and what it refers to."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from relay.cli.definitions.definition import Key
from tests.cli.definitions.made import api, application, read, subscription

GROUP = {
    "policy": "shared-policy-group-policy",
    "configuration": {"sharedPolicyGroupId": "limits"},
}


class DefinitionTests(SynchronousTestCase):
    """Paths, bodies and references."""

    def test_paths(self) -> None:
        """Subscriptions are below their API."""
        self.assertEqual(Key("api", "a").path, "/apis/a")
        self.assertEqual(Key("application", "a").collection, "/applications")
        key = Key("subscription", "a", "b")
        self.assertEqual(key.collection, "/apis/b/subscriptions")
        self.assertEqual(key.path, "/apis/b/subscriptions/a")
        self.assertEqual(str(key), "subscription b/a")

    def test_request(self) -> None:
        """The body of an API has its plans, and the names of the Automation API."""
        (found,) = read(api("orders")).found
        body = found.request()
        self.assertEqual((body["hrid"], body["version"]), ("orders", "1.0"))
        self.assertEqual([one["hrid"] for one in body["plans"]], ["open"])
        (found,) = read(application("shop")).found
        self.assertEqual(found.request(), {"hrid": "shop", "name": "Shop"})

    def test_requires(self) -> None:
        """A subscription needs its API and application, an API its policy groups."""
        document = api("orders", flows=[{"name": "a", "request": [GROUP]}])
        document["plans"][0]["flows"] = [
            {
                "name": "b",
                "response": [
                    {**GROUP, "configuration": {"sharedPolicyGroupId": "marks"}}
                ],
            }
        ]
        found = read(document, subscription("a", "orders", "shop", "open")).found
        self.assertEqual(
            found[0].requires(),
            {
                Key("shared-policy-group", "limits"),
                Key("shared-policy-group", "marks"),
            },
        )
        self.assertEqual(
            found[1].requires(), {Key("api", "orders"), Key("application", "shop")}
        )
        self.assertEqual(read(application("shop")).found[0].requires(), set())

    def test_labels(self) -> None:
        """Only those of an API."""
        self.assertEqual(read(api("a", labels=["x"])).found[0].labels, ("x",))
        self.assertEqual(read(application("a")).found[0].labels, ())
