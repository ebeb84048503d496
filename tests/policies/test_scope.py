"""The variables of expressions in a call."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from twisted.trial.unittest import SynchronousTestCase
from twisted.web.http_headers import Headers

from relay import __version__
from relay.model.api.definition import ApiDefinition
from relay.model.consumers.records import Entitlement
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
from relay.upstream.scope_headers import Known
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
        """``#request`` has the present values of the request."""
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
        """The variables of the caller, of policies and of the API."""
        call = asked()
        scope = self.scope(call)
        self.assertEqual(scope["application"], {"id": "app"})
        self.assertEqual(scope["subscription"], {"id": "sub", "type": "STANDARD"})
        self.assertEqual(scope["properties"], {"p": "1"})
        attributes = scope["context"]["attributes"]
        self.assertIsNone(attributes.get("later"))
        call.attributes["later"] = "told"
        self.assertEqual(attributes.get("later"), "told")

    def test_the_subscription(self) -> None:
        """``#subscription`` is that of the caller, with its application."""
        call = asked()
        call.consumer = Entitlement(
            "sub",
            "api",
            "plan",
            "app",
            None,
            None,
            client_id="client",
            application_name="Shop",
            metadata={"tier": "gold"},
        )
        members = {
            "id": "sub",
            "type": "STANDARD",
            "clientId": "client",
            "applicationName": "Shop",
            "metadata": {"tier": "gold"},
        }
        self.assertEqual(self.scope(call)["subscription"], members)
        call.consumer = replace(call.consumer, consumer_configuration={})
        self.assertEqual(self.scope(call)["subscription"]["type"], "PUSH")

    def test_the_attributes(self) -> None:
        """The attributes of every call exist unless the plan or a policy sets them."""
        call = asked()
        call.attributes["plan"] = "set"
        shared = {"api": {"name": "Orders"}}
        attributes = Attributes(call, Facts(frozenset()), shared)
        for name, value in (
            ("application", "app"),
            ("api", None),
            ("api.name", "Orders"),
            ("plan", "set"),
            ("subscription-id", "sub"),
            ("user-id", "sub"),
            ("context-path", "fact contextPath"),
            ("request.original-url", "fact scheme://fact hostfact uri"),
            ("organization", "DEFAULT"),
            ("environment", "DEFAULT"),
        ):
            self.assertEqual(attributes.get(name), value, name)
            self.assertEqual(attributes.get(f"gravitee.attribute.{name}"), value, name)
        bare = Attributes(Call(call.request), Known({}), {})
        for name in ("api.name", "context-path", "request.original-url"):
            self.assertIsNone(bare.get(name), name)

    def test_the_response(self) -> None:
        """``#response`` exists after the response head."""
        call = asked()
        self.assertIsNone(response_members(call))
        call.response = Response(201, b"Created", Headers({"X-Three": ["3"]}))
        members: Any = response_members(call)
        self.assertEqual(members.get("status"), 201)
        self.assertEqual(list(members.get("headers").get("x-three")), ["3"])


class LookupTests(SynchronousTestCase):
    """Members that are found by name."""

    def test_attributes(self) -> None:
        """Attributes are found by the short and the long name."""
        call = asked()
        call.attributes |= {"user": "u", "api": "a"}
        attributes = Attributes(call, Known({}), {})
        for name in ("user", "gravitee.attribute.user"):
            self.assertEqual(attributes.get(name), "u")
        self.assertIsNone(attributes.get("other"))
        names = attributes.names()
        self.assertEqual(len(names), len(set(names)))
        self.assertLessEqual({"user", "api", "plan"}, set(names))

    def test_endpoints(self) -> None:
        """A name that there is gives what a target begins with."""
        names = EndpointNames(frozenset({"b", "a"}))
        self.assertEqual((names.get("a"), names.get("c")), ("a:", None))
        self.assertEqual(names.names(), ["a", "b"])

    def test_queries(self) -> None:
        """Parameters are decoded and in order; one without a name is dropped."""
        for query, values in (
            (None, {}),
            (b"", {}),
            (b"a=1&b&a=2", {"a": ["1", "2"], "b": [""]}),
            (b"=1&&a+b=%C3%BC+%26", {"a b": ["ü &"]}),
        ):
            target = RequestTarget.parse(b"/", query)
            self.assertEqual(query_values(target), values, query)

    def test_what_a_deployment_shares(self) -> None:
        """The properties of the API in both forms, and the names of its endpoints."""
        given = definition("http://h") | {
            "name": "one",
            "properties": [
                {"key": "p", "value": "1"},
                {"key": "encrypted", "value": None},
                {"key": 7},
                "nothing",
            ],
        }
        shared: Any = shared_scope("id-1", ApiDefinition.read(given), "eu")
        self.assertEqual(shared["node"], {"version": __version__, "tenant": "eu"})
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
