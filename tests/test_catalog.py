"""Tests of :mod:`relay.catalog`."""

from __future__ import annotations

import json
from copy import deepcopy
from typing import Any

from hypothesis import given, settings, strategies as st
from twisted.trial.unittest import SynchronousTestCase

from relay.catalog import Catalog, EndpointType, EntrypointType
from relay.model.api.definition import ApiDefinition
from relay.model.api.endpoints.http_proxy import (
    HttpProxyConfiguration,
    HttpProxyEntrypoint,
)
from relay.model.api.kinds import always
from relay.model.api.publication_state import Visibility
from relay.model.plans.plan import PlanDefinition
from relay.model.schema.base import Options
from relay.model.schema.errors import Invalid, Issue
from tests.installed import CATALOG
from tests.model.bodies import (
    api_bodies,
    json_values,
    plan_bodies,
    put,
    tutorial_api,
    tutorial_plan,
)
from tests.model.message_bodies import message_api, message_bodies

GROUP = "endpointGroups[0]"
SHARED = f"{GROUP}.sharedConfiguration"
SECRET = "s3cr3t-never-shown"


def api_issues(body: object) -> list[Issue]:
    """Return the issues of an API body."""
    try:
        CATALOG.parse_api(body)
    except Invalid as invalid:
        return list(invalid.issues)
    return []


def plan_issues(body: object) -> list[Issue]:
    """Return the issues of a plan body."""
    try:
        CATALOG.parse_plan(body)
    except Invalid as invalid:
        return list(invalid.issues)
    return []


def where(issues: list[Issue]) -> list[str]:
    """The locations of issues."""
    return [issue.location for issue in issues]


class TutorialTests(SynchronousTestCase):
    """The bodies that the tutorial's console sends."""

    def test_api(self) -> None:
        """The API is accepted, and answered with the defaults filled in."""
        expected = tutorial_api(analytics={"enabled": True})
        expected["listeners"][0].update(
            paths=[{"path": "/sseconsumer/", "overrideAccess": False}],
            servers=[],
            requestValidation={"rejectNullByte": False},
        )
        expected["endpointGroups"][0]["loadBalancer"] = {"type": "ROUND_ROBIN"}
        expected["endpointGroups"][0]["endpoints"][0]["secondary"] = False
        self.assertEqual(CATALOG.parse_api(tutorial_api()).to_json(), expected)

    def test_plan(self) -> None:
        """The plan is accepted and given back as it came, with its order."""
        self.assertEqual(
            CATALOG.parse_plan(tutorial_plan()).to_json(), tutorial_plan(order=0)
        )

    def test_shared_configuration_as_string(self) -> None:
        """A shared configuration encoded as a string is given back as an object."""
        shared = tutorial_api()["endpointGroups"][0]["sharedConfiguration"]
        body = put(tutorial_api(), SHARED, json.dumps(shared))
        self.assertEqual(CATALOG.parse_api(body), CATALOG.parse_api(tutorial_api()))

    def test_gateway_spelling(self) -> None:
        """Enums in the spelling of gateway definitions are read, and answered in
        that of the management API."""
        body = tutorial_api(type="proxy", definitionVersion="4.0.0")
        body["listeners"][0]["type"] = "http"
        body["listeners"][0]["entrypoints"][0]["qos"] = "at-most-once"
        body["endpointGroups"][0]["loadBalancer"] = {"type": "weighted-random"}
        answer = CATALOG.parse_api(body).to_json()
        self.assertEqual(answer["type"], "PROXY")
        self.assertEqual(answer["definitionVersion"], "V4")
        self.assertEqual(answer["listeners"][0]["type"], "HTTP")
        self.assertEqual(
            answer["listeners"][0]["entrypoints"][0]["qos"], "AT_MOST_ONCE"
        )
        self.assertEqual(
            answer["endpointGroups"][0]["loadBalancer"], {"type": "WEIGHTED_RANDOM"}
        )
        plan = tutorial_plan(security={"type": "key-less"}, mode="standard")
        security = CATALOG.parse_plan(plan).security
        assert security is not None
        self.assertEqual(security.type, "KEY_LESS")


class StoredTests(SynchronousTestCase):
    """Definitions that were saved."""

    def test_properties(self) -> None:
        """Those of an older version are read, and refused when they are saved again."""
        concealed = {"key": "a", "value": "clear", "encrypted": True}
        for stored in ([concealed], [{"key": "a"}, {"key": "a"}], {"a": 1}, ["x"]):
            body = tutorial_api(properties=stored)
            read = CATALOG.parse_stored_api(body)
            self.assertEqual(read.properties, stored)
            with self.assertRaises(Invalid):
                CATALOG.parse_api(body)
        body = tutorial_api(properties=[concealed])
        again = CATALOG.parse_api(body, body)
        self.assertEqual(again.properties, [concealed])

    def test_other_rules(self) -> None:
        """All other rules hold for stored definitions, too."""
        with self.assertRaises(Invalid):
            CATALOG.parse_stored_api(tutorial_api(listeners=[]))
        with self.assertRaises(Invalid):
            CATALOG.parse_stored_api([])


class RoundTripTests(SynchronousTestCase):
    """Reading the JSON of a definition again."""

    @settings(max_examples=150, deadline=None)
    @given(api_bodies | message_bodies)
    def test_api(self, body: dict[str, Any]) -> None:
        """An API read from its own JSON is the same, by either way of reading."""
        api = CATALOG.parse_api(body)
        answer = api.to_json()
        self.assertEqual(CATALOG.parse_api(json.loads(json.dumps(answer))), api)
        self.assertEqual(ApiDefinition.read({**answer, "id": "x"}), api)
        self.assertEqual(ApiDefinition.read(answer).to_json(), answer)

    @settings(max_examples=50, deadline=None)
    @given(plan_bodies)
    def test_plan(self, body: dict[str, Any]) -> None:
        """A plan read from its own JSON is the same."""
        plan = CATALOG.parse_plan(body)
        answer = plan.to_json()
        self.assertEqual(CATALOG.parse_plan(json.loads(json.dumps(answer))), plan)
        self.assertEqual(
            PlanDefinition.read({**answer, "id": "x", "status": "PUBLISHED"}), plan
        )

    @settings(max_examples=300, deadline=None)
    @given(api_bodies | message_bodies, st.data())
    def test_anything_anywhere(self, body: dict[str, Any], data: st.DataObject) -> None:
        """
        Every value at every place is accepted or refused with issues, and accepted
        bodies are returned unchanged.
        """
        spoilt: Any = deepcopy(body)
        place = spoilt
        while True:
            keys = list(place) if isinstance(place, dict) else list(range(len(place)))
            key = data.draw(st.sampled_from(keys))
            if not place[key] or not isinstance(place[key], dict | list):
                break
            if data.draw(st.booleans()):
                break
            place = place[key]
        place[key] = data.draw(json_values)
        try:
            api = CATALOG.parse_api(spoilt)
        except Invalid as invalid:
            self.assertTrue(all(issue.message for issue in invalid.issues))
        else:
            self.assertEqual(CATALOG.parse_api(api.to_json()), api)

    @settings(max_examples=100, deadline=None)
    @given(json_values)
    def test_anything_at_all(self, body: object) -> None:
        """A body that is any JSON at all is refused with issues."""
        self.assertTrue(api_issues(body))
        self.assertTrue(plan_issues(body))


class AllAtOnceTests(SynchronousTestCase):
    """One answer names everything."""

    def test_every_kind_of_problem(self) -> None:
        """Problems of shape, between members, of connectors and of what is not
        built come together."""
        body = tutorial_api(nmae="x", failover={"maxFailures": 0}, visibility="SECRET")
        del body["apiVersion"]
        body = put(body, "listeners[0].paths[0].path", "/a b")
        body = put(body, "listeners[0].entrypoints[0].configuration", {"x": 1})
        body = put(body, f"{SHARED}.http.idleTimeout", "70 s")
        body = put(body, f"{SHARED}.http.nope", 1)
        body = put(body, f"{SHARED}.proxy.enabled", True)
        body = put(body, f"{GROUP}.endpoints[0].configuration", {})
        body = put(body, f"{GROUP}.endpoints[0].name", "a:b")
        self.assertEqual(
            sorted(where(api_issues(body))),
            sorted(
                [
                    "nmae",
                    "apiVersion",
                    "failover.maxFailures",
                    "visibility",
                    "listeners[0].paths[0].path",
                    "listeners[0].entrypoints[0].configuration.x",
                    f"{SHARED}.http.idleTimeout",
                    f"{SHARED}.http.nope",
                    f"{SHARED}.proxy.host",
                    f"{SHARED}.proxy.port",
                    f"{GROUP}.endpoints[0].configuration.target",
                    f"{GROUP}.endpoints[0].name",
                ]
            ),
        )

    def test_messages(self) -> None:
        """Messages are sentences for people, with the value that was refused."""
        body = put(tutorial_api(), f"{SHARED}.http.connectTimeout", 0)
        body["listeners"][0]["tpye"] = 1
        body["name"] = " "
        self.assertEqual(
            sorted(api_issues(body), key=lambda issue: issue.location),
            [
                Issue("must be at least 1", f"{SHARED}.http.connectTimeout", 0),
                Issue("unknown field", "listeners[0].tpye", severity="warning"),
                Issue("must not be blank", "name", " "),
            ],
        )

    def test_each_once(self) -> None:
        """Each problem is reported once."""
        issues = api_issues(tutorial_api(type="MESSAGE", listeners=[], nmae=1))
        told = [(issue.location, issue.message) for issue in issues]
        self.assertEqual(len(told), len(set(told)))
        self.assertEqual(told.count(("nmae", "unknown field; did you mean name?")), 1)

    def test_not_an_object(self) -> None:
        """A body that is no object is refused as a whole."""
        bodies: list[object] = [None, [], "x", 1]
        for body in bodies:
            self.assertEqual(api_issues(body), [Issue("must be an object", "")])
            self.assertEqual(plan_issues(body), [Issue("must be an object", "")])

    def test_unsound(self) -> None:
        """What cannot be kept is refused wherever it stands, encoded strings too."""
        body = tutorial_api(name="a\0b", metadata=[{"x": float("nan")}])
        self.assertEqual(where(api_issues(body)), ["name", "metadata[0].x"])
        body = put(tutorial_api(), SHARED, '{"http": {"idleTimeout": NaN}}')
        self.assertEqual(where(api_issues(body)), [SHARED])
        body = put(tutorial_api(), SHARED, '{"http": "\\u0000"}')
        self.assertEqual(where(api_issues(body)), [SHARED])

    def test_python_names_are_unknown(self) -> None:
        """The names of our attributes are not names of the JSON."""
        body = tutorial_api(api_version="1")
        body = put(body, f"{SHARED}.http.idle_timeout", 1)
        self.assertEqual(
            sorted(where(api_issues(body))),
            ["api_version", f"{SHARED}.http.idle_timeout"],
        )


class SecrecyTests(SynchronousTestCase):
    """Errors about a body contain no secrets."""

    def check_unsaid(self, location: str, value: object) -> None:
        """Check that a bad value at a location is refused without being shown."""
        body = put(tutorial_api(), f"{SHARED}.ssl", {"trustStore": {}, "keyStore": {}})
        body = put(body, f"{SHARED}.headers", [{"name": "X", "value": "y"}])
        issues = api_issues(put(body, location, value))
        self.assertTrue(issues, location)
        self.assertNotIn(SECRET, repr(issues))
        self.assertNotIn(SECRET, repr(Invalid(issues)))

    def test_issues(self) -> None:
        """No issue holds a password, key, header value, query or user information,
        nor what stands under an unknown name."""
        target = f"{GROUP}.endpoints[0].configuration.target"
        for location, value in {
            f"{SHARED}.ssl.keyStore.password": [SECRET],
            f"{SHARED}.ssl.keyStore.keyPassword": SECRET,
            f"{SHARED}.ssl.keyStore.keyContent": SECRET,
            f"{SHARED}.ssl.keyStore.pasword": SECRET,
            f"{SHARED}.ssl.trustStore": {"type": "PEM", "content": SECRET},
            f"{SHARED}.ssl": SECRET + "?",
            f"{SHARED}.proxy.pass": SECRET,
            f"{SHARED}.proxy": {"enabled": True, "host": f"http://a:{SECRET}@b"},
            f"{SHARED}.headers[0].value": f"{SECRET}\r\n",
            SHARED: '{"password": "' + SECRET,
            target: f"ftp://h/x?key={SECRET}",
            f"{target}s": f"https://h/x?key={SECRET}",
        }.items():
            self.check_unsaid(location, value)
        self.check_unsaid(target, f"https://user:{SECRET}@h/x")

    def test_reprs(self) -> None:
        """The repr of a definition contains no secrets."""
        body = put(
            tutorial_api(),
            f"{SHARED}.ssl",
            {
                "trustStore": {"type": "PKCS12", "path": "x", "password": SECRET},
            },
        )
        body = put(body, f"{SHARED}.headers", [{"name": "X", "value": SECRET}])
        target = f"https://h/x?key={SECRET}"
        body = put(body, f"{GROUP}.endpoints[0].configuration.target", target)
        body["properties"] = [{"key": "k", "value": SECRET}]
        api = CATALOG.parse_api(body)
        self.assertNotIn(SECRET, repr(api))
        self.assertIn(SECRET, json.dumps(api.to_json()))


class ConnectorTests(SynchronousTestCase):
    """Which types go with which."""

    def test_unknown_types(self) -> None:
        """A type that is not there is refused once, naming those that are."""
        body = put(tutorial_api(), f"{GROUP}.type", "kafka")
        body = put(body, f"{GROUP}.endpoints[0].type", "kafka")
        body = put(body, "listeners[0].entrypoints[0].type", "mqtt")
        self.assertEqual(
            sorted(api_issues(body), key=lambda issue: issue.location),
            [
                Issue(
                    "type [kafka] is not supported, only http-proxy, sse, memory, mock",
                    f"{GROUP}.type",
                    "kafka",
                ),
                Issue(
                    "type [mqtt] is not supported, only http-proxy, sse, http-get, "
                    "http-post, websocket, webhook",
                    "listeners[0].entrypoints[0].type",
                    "mqtt",
                ),
            ],
        )

    def test_message_apis(self) -> None:
        """An API of the other kind needs connectors of its kind, each by name."""
        self.assertEqual(
            sorted(where(api_issues(tutorial_api(type="message")))),
            [f"{GROUP}.type", "listeners[0].entrypoints[0].type"],
        )

    def test_other_apis(self) -> None:
        """Unknown types are refused."""
        for kind in ("NATIVE", "llm-proxy"):
            self.assertEqual(where(api_issues(tutorial_api(type=kind))), ["type"])

    def test_wrong_api_type(self) -> None:
        """A connector is refused on an API of another type than it serves."""
        catalog = Catalog(
            [
                EndpointType("http-proxy", "", "PROXY", HttpProxyConfiguration, None),
                EndpointType("mock", "", "MESSAGE", HttpProxyEntrypoint, None),
            ],
            [EntrypointType("http-proxy", "", "PROXY", HttpProxyEntrypoint)],
            [],
        )
        body = put(tutorial_api(type="MESSAGE"), SHARED, None)
        body["endpointGroups"][0]["endpoints"][0]["inheritConfiguration"] = False
        with self.assertRaises(Invalid) as caught:
            catalog.parse_api(body)
        self.assertEqual(
            [(issue.location, issue.message) for issue in caught.exception.issues],
            [
                (
                    "listeners[0].entrypoints[0].type",
                    "type [http-proxy] is for PROXY APIs",
                ),
                (f"{GROUP}.type", "type [http-proxy] is for PROXY APIs"),
            ],
        )

    def test_nothing_to_share(self) -> None:
        """A shared configuration is refused where the type has none."""
        catalog = Catalog(
            [EndpointType("http-proxy", "", "PROXY", HttpProxyConfiguration, None)],
            CATALOG.entrypoints.values(),
            [],
        )
        with self.assertRaises(Invalid) as caught:
            catalog.parse_api(tutorial_api())
        self.assertEqual(where(list(caught.exception.issues)), [SHARED])

    def test_override_is_checked(self) -> None:
        """An endpoint's own configuration is checked like a group's."""
        at = f"{GROUP}.endpoints[0].sharedConfigurationOverride"
        body = put(tutorial_api(), at, '{"http": {"readTimeout": -1, "x": null}}')
        self.assertEqual(
            where(api_issues(body)), [f"{at}.http.readTimeout", f"{at}.http.x"]
        )


class MessageApiTests(SynchronousTestCase):
    """Bodies of MESSAGE APIs."""

    def test_given_back_as_sent(self) -> None:
        """Configurations are returned as they were sent, without defaults."""
        channel = {"key": {"headers": []}, "history": {"durable": True}, "mode": None}
        body = message_api("sse", ("sse", "websocket"), channel)
        configuration = {"heartbeatIntervalInMs": 0, "cors": {}}
        body = put(body, "listeners[0].entrypoints[0].configuration", configuration)
        answer = CATALOG.parse_api(body).to_json()
        self.assertEqual(
            answer["endpointGroups"][0]["sharedConfiguration"]["channel"], channel
        )
        first, second = answer["listeners"][0]["entrypoints"]
        self.assertEqual(first["configuration"], configuration)
        self.assertEqual((second["configuration"], second["qos"]), ({}, "AUTO"))

    def test_all_at_once(self) -> None:
        """Problems of options, of kinds and between members come together."""
        body = message_api("sse", ("sse", "sse", "http-proxy", "http-post"))
        body = put(body, SHARED, {"channel": {"mode": "merge", "lingerMs": -1}})
        body = put(body, f"{GROUP}.endpoints[0].weight", 3)
        configuration = '{"heartbeat": 1}'
        body = put(body, "listeners[0].entrypoints[0].configuration", configuration)
        self.assertEqual(
            sorted(where(api_issues(body))),
            [
                f"{GROUP}.endpoints[0].weight",
                f"{SHARED}.channel.lingerMs",
                "listeners[0].entrypoints[0].configuration.heartbeat",
                "listeners[0].entrypoints[1].type",
                "listeners[0].entrypoints[2].type",
                "listeners[0].entrypoints[3].type",
            ],
        )

    def test_rules_of_messages_only(self) -> None:
        """A PROXY API may have what a MESSAGE API may not."""
        body = put(tutorial_api(), f"{GROUP}.endpoints[0].weight", 3)
        body = put(body, f"{GROUP}.loadBalancer", {"type": "RANDOM"})
        body = put(body, "listeners[0].entrypoints[0].qos", "AT_LEAST_ONCE")
        self.assertEqual(api_issues(body), [])


def with_plugins(
    endpoints: list[EndpointType], entrypoints: list[EntrypointType]
) -> Catalog:
    """The catalog of an installation that has more connectors."""
    return Catalog(
        [*CATALOG.endpoints.values(), *endpoints],
        [*CATALOG.entrypoints.values(), *entrypoints],
        CATALOG.plans.values(),
    )


class PluginTests(SynchronousTestCase):
    """Connectors that others bring along."""

    TOPIC = EndpointType("topic", "", "MESSAGE", Options, None, published=True)
    UPLOAD = EntrypointType("upload", "", "MESSAGE", Options, publishes=always)

    def test_more(self) -> None:
        """
        Further connectors are known beside the others, and the rules apply to them.
        """
        catalog = with_plugins([self.TOPIC], [self.UPLOAD])
        self.assertEqual(list(catalog.endpoints), [*CATALOG.endpoints, "topic"])
        self.assertEqual(list(catalog.entrypoints), [*CATALOG.entrypoints, "upload"])
        self.assertEqual(catalog.plans, CATALOG.plans)
        self.assertNotIn("topic", CATALOG.endpoints)
        catalog.parse_api(message_api("topic", ("http-post", "upload")))
        with self.assertRaises(Invalid) as caught:
            catalog.parse_api(message_api("sse", ("upload",)))
        (issue,) = caught.exception.issues
        self.assertEqual(issue.location, "listeners[0].entrypoints[0].type")
        self.assertIn("of type [memory, mock, topic]", issue.message)

    def test_two_of_one_name(self) -> None:
        """Nobody can take another's place."""
        sse = EndpointType("sse", "Mine", "MESSAGE", Options, None)
        self.assertRaises(ValueError, with_plugins, [sse], [])
        twice = [self.UPLOAD, EntrypointType("upload", "", "MESSAGE", Options)]
        self.assertRaises(ValueError, with_plugins, [], twice)


class PlanTests(SynchronousTestCase):
    """Plan bodies."""

    def test_other_security(self) -> None:
        """Security that is not built is refused by name."""
        for kind in ("saml", "KERBEROS"):
            (issue,) = plan_issues(tutorial_plan(security={"type": kind}))
            self.assertEqual(issue.location, "security.type")
            self.assertIn(kind.upper(), issue.message)

    def test_keys(self) -> None:
        """Where a key stands is checked, and a header of the plan's own is named."""

        def problems(**configuration: object) -> list[str]:
            security = {"type": "API_KEY", "configuration": configuration}
            found = plan_issues(tutorial_plan(security=security))
            return [
                one.location.removeprefix("security.configuration.") for one in found
            ]

        self.assertEqual(problems(source="bearer", propagateApiKey=True), [])
        own = {"enableCustomApiKeyHeader": True}
        self.assertEqual(problems(**own, apiKeyHeader="X-Key"), [])
        self.assertEqual(problems(**own), ["apiKeyHeader"])
        for header in ("no token", "Connection", ""):
            self.assertEqual(problems(**own, apiKeyHeader=header), ["apiKeyHeader"])
        self.assertEqual(problems(source="COOKIE"), ["source"])

    def test_configuration(self) -> None:
        """A keyless plan has nothing to configure, in either form."""
        for configuration in ({"propagateApiKey": True}, '{"propagateApiKey": true}'):
            security = {"type": "KEY_LESS", "configuration": configuration}
            self.assertEqual(
                plan_issues(tutorial_plan(security=security)),
                [
                    Issue(
                        "unknown field",
                        "security.configuration.propagateApiKey",
                        severity="warning",
                    )
                ],
            )

    def test_all_at_once(self) -> None:
        """Problems of shape and of security come together."""
        body = tutorial_plan(mode="PULL", nope=1, security={"type": "SAML", "x": 1})
        self.assertEqual(
            sorted(where(plan_issues(body))),
            ["mode", "nope", "security.type", "security.x"],
        )

    def test_update_without_type(self) -> None:
        """An update need not repeat the type of security, as Gravitee's own clients
        do not."""
        current = CATALOG.parse_plan(tutorial_plan())
        updates: list[object] = [None, {}, {"configuration": {}}, {"type": None}]
        for security in updates:
            body = tutorial_plan(name="new", security=security)
            plan = CATALOG.parse_plan(body, current)
            self.assertEqual(plan.security, current.security)
            self.assertEqual(plan.name, "new")
        self.assertEqual(
            where(plan_issues(tutorial_plan(security={}))), ["security.type"]
        )

    def test_update_checks_configuration(self) -> None:
        """The configuration of an update is checked by the type it has."""
        current = CATALOG.parse_plan(tutorial_plan())
        body = tutorial_plan(security={"configuration": {"x": 1}})
        with self.assertRaises(Invalid) as caught:
            CATALOG.parse_plan(body, current)
        self.assertEqual(
            where(list(caught.exception.issues)), ["security.configuration.x"]
        )


class StandingTests(SynchronousTestCase):
    """The state beside a definition."""

    def test_standing(self) -> None:
        """Visibility and lifecycle state are read from the body, or left open."""
        standing = CATALOG.parse_publication_state(tutorial_api(visibility="public"))
        self.assertIs(standing.visibility, Visibility.PUBLIC)
        self.assertIsNone(standing.lifecycle_state)
        with self.assertRaises(Invalid) as caught:
            CATALOG.parse_publication_state({"lifecycleState": 1})
        self.assertEqual(where(list(caught.exception.issues)), ["lifecycleState"])


class SchemaTests(SynchronousTestCase):
    """JSON Schemas of configurations."""

    def test_schemas(self) -> None:
        """Every configuration has a schema in the names of the JSON."""
        shared = CATALOG.schema("shared", "http-proxy")
        self.assertEqual(
            shared["$schema"], "https://json-schema.org/draft/2020-12/schema"
        )
        http = shared["$defs"]["HttpOptions"]
        self.assertFalse(http["additionalProperties"])
        self.assertEqual(
            http["properties"]["idleTimeout"],
            {
                "type": "integer",
                "title": "Idle timeout",
                "x-unit": "ms",
                "minimum": 0,
                "maximum": 2**31 - 1,
                "default": 60000,
                "description": "The silence of the upstream after which a call is given"
                " up; 0 for never. It must be longer than the interval of the"
                " heartbeats of an event stream.",
            },
        )
        endpoint = CATALOG.schema("endpoint", "http-proxy")
        self.assertEqual(endpoint["required"], ["target"])
        self.assertEqual(CATALOG.schema("entrypoint", "http-proxy")["properties"], {})
        self.assertEqual(CATALOG.schema("plan", "KEY_LESS")["properties"], {})

    def test_message_schemas(self) -> None:
        """
        Each connector has a schema with bounds and defaults, which refuses unknown
        members.
        """
        schemas = [CATALOG.schema("entrypoint", id) for id in CATALOG.entrypoints]
        for kind in ("endpoint", "shared"):
            schemas += [CATALOG.schema(kind, id) for id in CATALOG.endpoints]
        for schema in schemas:
            for part in (schema, *schema.get("$defs", {}).values()):
                self.assertFalse(part["additionalProperties"])
        history = CATALOG.schema("shared", "memory")["$defs"]["HistoryOptions"]
        self.assertEqual(
            history["properties"]["maxBytes"],
            {
                "type": "integer",
                "title": "Max bytes",
                "description": "The largest size of all events.",
                "x-unit": "bytes",
                "minimum": 1024,
                "maximum": 2**32,
                "default": 4194304,
            },
        )
        sse = CATALOG.schema("entrypoint", "sse")["properties"]
        self.assertEqual(sse["gapNotice"]["enum"], ["event", "header", "none"])
        self.assertEqual(sse["heartbeatIntervalInMs"]["default"], 5000)
        count = CATALOG.schema("endpoint", "mock")["properties"]["messageCount"]
        self.assertEqual(count["anyOf"][0]["minimum"], 0)

    def test_unknown(self) -> None:
        """A type that is not there has none."""
        self.assertRaises(LookupError, CATALOG.schema, "endpoint", "kafka")
        catalog = Catalog(
            [EndpointType("bare", "", "PROXY", HttpProxyConfiguration, None)], [], []
        )
        self.assertRaises(LookupError, catalog.schema, "shared", "bare")
