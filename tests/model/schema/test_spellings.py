"""Tests of :mod:`relay.model.schema.spellings`."""

from __future__ import annotations

from pydantic import ValidationError
from twisted.trial.unittest import SynchronousTestCase

from relay.connectors.mock_endpoint import MockEndpoint
from relay.model.api.definition import SubscriptionListener
from relay.model.api.endpoints.http_proxy import HttpProxyConfiguration
from relay.model.api.endpoints.ssl_options import SslOptions
from relay.model.api.flow import Flow
from relay.model.api.resources.resource import ApiResource
from relay.model.api.response_templates import ResponseTemplate
from relay.model.plans.plan import PlanDefinition
from relay.model.schema.base import Value
from relay.model.schema.reading import issues
from relay.model.schema.spellings import respelled


def problems(model: type[Value], body: object) -> dict[str, str]:
    """Messages by location."""
    try:
        model.read(body)
    except ValidationError as error:
        return {issue.location: issue.message for issue in issues(error)}
    return {}


class RespelledTests(SynchronousTestCase):
    """Members with two names."""

    def test_renamed(self) -> None:
        """The other spelling is replaced; a value that is no object is kept."""
        names = {"status": "statusCode"}
        self.assertEqual(
            respelled({"status": 1, "a": 2}, names), {"statusCode": 1, "a": 2}
        )
        self.assertEqual(respelled({"status": None}, names), {})
        both = {"status": 1, "statusCode": 1}
        self.assertEqual(respelled(both, names), {"statusCode": 1})
        for same in ((), "status", 1, {"a": 1}):
            self.assertIs(respelled(same, names), same)

    def test_status_of_a_template(self) -> None:
        """Gateway definitions write ``status``; two values contradict each other."""
        read = ResponseTemplate.read({"status": 503, "body": "x"})
        self.assertEqual(read.to_json()["statusCode"], 503)
        self.assertEqual(
            problems(ResponseTemplate, {"status": 503, "statusCode": 500}),
            {"status": "differs from statusCode, which means the same"},
        )

    def test_stores(self) -> None:
        """Stores in lower case are used, and their mistakes are found."""
        read = SslOptions.read(
            {"truststore": {"type": "PKCS12", "path": "/a", "password": "b"}}
        )
        self.assertEqual(read.trust_store.path, "/a")
        self.assertEqual(
            problems(SslOptions, {"keystore": {"type": "BKS"}}),
            {"keyStore.type": "must be one of NONE, PKCS12 or PEM"},
        )

    def test_comment(self) -> None:
        """A plan with ``comment_required`` requires a comment."""
        body = {"name": "a", "security": {"type": "key-less"}, "comment_required": True}
        self.assertTrue(PlanDefinition.read(body).comment_required)

    def test_selectors(self) -> None:
        """Operators and operations as gateway definitions have them."""
        flow = Flow.read(
            {
                "selectors": [
                    {"type": "http", "path": "/a", "path-operator": "EQUALS"},
                    {
                        "type": "channel",
                        "channel-operator": "EQUALS",
                        "operation": ["SUBSCRIBE"],
                    },
                ]
            }
        )
        http, channel = (one.to_json() for one in flow.selectors)
        self.assertEqual(http["pathOperator"], "EQUALS")
        self.assertEqual(channel["channelOperator"], "EQUALS")
        self.assertEqual(channel["operations"], ["SUBSCRIBE"])
        http["path-operator"] = "STARTS_WITH"
        self.assertEqual(
            problems(Flow, {"selectors": [http]}),
            {
                "selectors[0].path-operator": "differs from pathOperator, which means"
                " the same"
            },
        )

    def test_events_of_a_mock(self) -> None:
        """The number of events is ``messageCount``."""
        self.assertEqual(MockEndpoint.read({"messagesCount": 3}).message_count, 3)


class LeftOutTests(SynchronousTestCase):
    """Members without a meaning where they are."""

    def test_paths_of_a_subscription_listener(self) -> None:
        """The paths are dropped; options of HTTP listeners are refused."""
        body = {"type": "SUBSCRIPTION", "paths": [{"path": "/a"}]}
        self.assertNotIn("paths", SubscriptionListener.read(body).to_json())
        self.assertEqual(
            list(problems(SubscriptionListener, {**body, "cors": {"enabled": True}})),
            ["cors"],
        )

    def test_client_options_beside_a_target(self) -> None:
        """Client options beside a target are dropped."""
        body = {"target": "http://a.example", "http": {"readTimeout": 1}}
        self.assertEqual(
            HttpProxyConfiguration.read(body).to_json(), {"target": "http://a.example"}
        )
        self.assertEqual(
            problems(HttpProxyConfiguration, {**body, "ssl": {}}),
            {"ssl": "unknown field"},
        )

    def test_members_of_version_2_flows(self) -> None:
        """Empty ones are dropped, others are refused with their place in v4."""
        empty = {"condition": "", "methods": [], "consumers": [], "pre": [], "post": []}
        self.assertEqual(Flow.read({"name": "a", **empty}), Flow(name="a"))
        self.assertEqual(
            problems(Flow, {"methods": ["GET"], "post": [{}]}),
            {
                "methods": "is a member of the selector of the type HTTP in a v4 flow",
                "post": "is called response in a v4 flow",
            },
        )


class ResourceTests(SynchronousTestCase):
    """The configuration of a resource."""

    def test_messages(self) -> None:
        """Errors of resources have the same form as other errors."""
        body = {"name": "a", "type": "oauth2", "configuration": {"wrong": 1}}
        found = problems(ApiResource, body)
        self.assertEqual(found["configuration.wrong"], "unknown field")
        self.assertNotIn("Extra inputs", str(found))
        self.assertNotIn("Value error", str(found))
