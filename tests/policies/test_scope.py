"""What the variables of expressions stand for in a call."""

from __future__ import annotations

from typing import Any

from twisted.trial.unittest import SynchronousTestCase
from twisted.web.http_headers import Headers

from relay.model.api.definition import ApiDefinition
from relay.model.schema.types.request_target import RequestTarget
from relay.policies.call import Call, Request, Response
from relay.policies.scope import (
    Attributes,
    EndpointNames,
    call_scope,
    query_values,
    response_members,
    shared_scope,
)
from tests.gateway.harness import definition


class Facts(EndpointNames):
    """Members that no policy changes."""

    def get(self, name: str) -> str:
        """Return the value of a member."""
        return f"fact {name}"


def asked() -> Call:
    """Make a call."""
    target = RequestTarget.parse(b"/a/b", b"x=1&x=2")
    headers = Headers({"X-One": ["1"]})
    return Call(
        Request("GET", target, headers, remote_address="192.0.2.7"),
        ids={"application": "app", "subscription": "sub"},
        path_parameters={"id": "7"},
    )


class ScopeTests(SynchronousTestCase):
    """The scope of one call."""

    def scope(self, call: Call) -> Any:
        """Make it."""
        return call_scope(call, Facts(frozenset()), {"properties": {"p": "1"}})

    def test_the_request(self) -> None:
        """Its members are the request's, as policies have left it."""
        call = asked()
        request = self.scope(call)["request"]
        for name, value in (
            ("method", "GET"),
            ("params", {"x": ["1", "2"]}),
            ("pathInfo", "/a/b"),
            ("pathInfos", ["", "a", "b"]),
            ("pathParams", {"id": "7"}),
            ("remoteAddress", "192.0.2.7"),
            ("scheme", "fact scheme"),
        ):
            self.assertEqual(request.get(name), value, name)
        call.request.method = "POST"
        call.request.headers.setRawHeaders("X-Two", ["2"])
        self.assertEqual(request.get("method"), "POST")
        self.assertEqual(list(request.get("headers").get("x-two")), ["2"])

    def test_the_others(self) -> None:
        """Who calls, what policies tell each other, and what all calls share."""
        call = asked()
        scope = self.scope(call)
        self.assertEqual(scope["application"], {"id": "app"})
        self.assertEqual(scope["subscription"], {"id": "sub"})
        self.assertEqual(scope["properties"], {"p": "1"})
        attributes = scope["context"]["attributes"]
        self.assertIsNone(attributes.get("later"))
        call.attributes["later"] = "told"
        self.assertEqual(attributes.get("later"), "told")

    def test_the_response(self) -> None:
        """Is there once the answer has come."""
        call = asked()
        self.assertIsNone(response_members(call))
        call.response = Response(201, b"Created", Headers({"X-Three": ["3"]}))
        members: Any = response_members(call)
        self.assertEqual(members.get("status"), 201)
        self.assertEqual(list(members.get("headers").get("x-three")), ["3"])


class LookupTests(SynchronousTestCase):
    """What is looked up by name."""

    def test_attributes(self) -> None:
        """By the short name and the long one."""
        attributes = Attributes({"user": "u"})
        for name in ("user", "gravitee.attribute.user"):
            self.assertEqual(attributes.get(name), "u")
        self.assertIsNone(attributes.get("other"))
        self.assertEqual(attributes.names(), ["user"])

    def test_endpoints(self) -> None:
        """A name that there is gives what a target begins with."""
        names = EndpointNames(frozenset({"b", "a"}))
        self.assertEqual((names.get("a"), names.get("c")), ("a:", None))
        self.assertEqual(names.names(), ["a", "b"])

    def test_queries(self) -> None:
        """Decoded, in order; what has no name is left out."""
        for query, values in (
            (None, {}),
            (b"", {}),
            (b"a=1&b&a=2", {"a": ["1", "2"], "b": [""]}),
            (b"=1&&a+b=%C3%BC+%26", {"a b": ["ü &"]}),
        ):
            target = RequestTarget.parse(b"/", query)
            self.assertEqual(query_values(target), values, query)

    def test_what_a_deployment_shares(self) -> None:
        """Its properties, whatever form they came in, and its endpoints' names."""
        given = definition("http://h") | {
            "name": "one",
            "properties": [
                {"key": "p", "value": "1"},
                {"key": "encrypted", "value": None},
                {"key": 7},
                "nothing",
            ],
        }
        shared: Any = shared_scope("id-1", ApiDefinition.read(given))
        properties = {"p": "1", "encrypted": None}
        self.assertEqual(shared["properties"], properties)
        self.assertEqual(
            {name: shared["api"][name] for name in ("id", "name", "properties")},
            {"id": "id-1", "name": "one", "properties": properties},
        )
        group = given["endpointGroups"][0]
        self.assertEqual(
            set(shared["endpoints"].names()),
            {group["name"], *(one["name"] for one in group["endpoints"])},
        )
