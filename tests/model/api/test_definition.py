"""API definitions: :mod:`relay.model.api.definition`."""

from __future__ import annotations

from typing import Any

from pydantic import ValidationError
from twisted.trial.unittest import SynchronousTestCase

from relay.model.api import read_only
from relay.model.api.definition import (
    ApiDefinition,
    Endpoint,
    EndpointGroup,
    HttpListener,
    ListenerEntrypoint,
    Path,
)
from relay.model.schema.descriptive import ApiDescription
from relay.model.schema.errors import Issue
from relay.model.schema.reading import issues
from tests.model.bodies import put, tutorial_api


def problems(body: Any) -> list[Issue]:
    """Return the issues of an API, without the rules between members."""
    try:
        ApiDefinition.read(body)
    except ValidationError as error:
        return issues(error)
    return []


class FieldClassTests(SynchronousTestCase):
    """The classes of fields."""

    def test_descriptive(self) -> None:
        """Every descriptive field is kept and given back as it came."""
        fields: dict[str, Any] = {
            "description": "d",
            "crossId": "c",
            "tags": ["t"],
            "categories": ["c"],
            "labels": ["l"],
            "groups": ["g"],
            "members": [{"source": "memory", "sourceId": "a", "role": "USER"}],
            "metadata": {"a": [None, 1.5]},
            "pages": [{"name": "p", "content": "# x"}],
            "picture": "data:image/png;base64,AA==",
            "pictureUrl": "https://a/picture",
            "background": "data:image/png;base64,AA==",
            "backgroundUrl": "https://a/background",
            "disableMembershipNotifications": True,
            "notifyMembers": False,
            "allowedInApiProducts": False,
            "allowMultiJwtOauth2Subscriptions": True,
        }
        names = {field.alias for field in ApiDescription.model_fields.values()}
        self.assertEqual(set(fields), names)
        answer = ApiDefinition.read(tutorial_api(**fields)).to_json()
        self.assertEqual({name: answer[name] for name in fields}, fields)

    def test_kept_disabled(self) -> None:
        """Disabled members are kept and returned."""
        fields: dict[str, Any] = {
            "flows": [],
            "resources": [],
            "responseTemplates": {},
            "services": {"dynamicProperty": {"enabled": False}},
            "flowExecution": {"mode": "DEFAULT", "matchRequired": False},
            "analytics": {
                "enabled": False,
                "sampling": {"type": "COUNT", "value": "10"},
                "reporterMetricsEnabled": True,
                "logging": {"mode": {"endpoint": False}, "content": {"payload": True}},
                "tracing": {"enabled": False, "verbose": True},
                "otelLogs": {"enabled": False},
            },
        }
        answer = ApiDefinition.read(tutorial_api(**fields)).to_json()
        self.assertEqual({name: answer[name] for name in fields}, fields)

    def test_runtime(self) -> None:
        """Runtime fields that a client sends back are accepted and left aside."""
        body = tutorial_api(**{name: {"a": 1} for name in read_only.API})
        body.update(visibility="PUBLIC", lifecycleState="CREATED")
        self.assertEqual(ApiDefinition.read(body), ApiDefinition.read(tutorial_api()))

    def test_type(self) -> None:
        """The error for an unknown type lists the known ones."""
        with self.assertRaises(ValidationError) as caught:
            ApiDefinition.read(tutorial_api(type="PROXXY"))
        (issue,) = issues(caught.exception)
        self.assertEqual(
            issue.message, "API type [PROXXY] is not supported, only PROXY and MESSAGE"
        )

    def test_refused(self) -> None:
        """
        An unsupported member that would change traffic is refused at the member that
        enables it.
        """
        body = tutorial_api(
            analytics={
                "logging": {"mode": {"endpoint": True}},
                "tracing": {"enabled": True},
                "otelLogs": {"enabled": True},
            },
            flowExecution={"matchRequired": "yes"},
            flows=[{"interact": [{"policy": "x"}]}],
            resources=[{"name": "x"}],
            responseTemplates={"DEFAULT": {"all": {}}},
            services={"dynamicProperty": {"enabled": True}},
        )
        body["listeners"][0]["cors"] = {"runPolicies": "yes"}
        body["listeners"][0]["entrypoints"][0]["dlq"] = {"endpoint": "x"}
        (group,) = body["endpointGroups"]
        group["services"] = {"discovery": {"type": "x"}}
        group["endpoints"][0]["services"] = {"discovery": {"enabled": True}}
        self.assertEqual(
            sorted(issue.location for issue in problems(body)),
            [
                "analytics.logging.mode.endpoint",
                "analytics.otelLogs.enabled",
                "analytics.tracing.enabled",
                "endpointGroups[0].endpoints[0].services.discovery",
                "endpointGroups[0].services.discovery",
                "flowExecution.matchRequired",
                "flows[0].interact",
                "listeners[0].cors.runPolicies",
                "listeners[0].entrypoints[0].dlq",
                "resources[0].type",
                "responseTemplates.DEFAULT.all.[key]",
                "services.dynamicProperty",
            ],
        )

    def test_unknown(self) -> None:
        """Every other field is unknown, wherever it stands, null or not."""
        for at in (
            "x",
            "analytics.x",
            "listeners[0].x",
            "listeners[0].paths[0].x",
            "listeners[0].entrypoints[0].x",
            "listeners[0].requestValidation",
            "endpointGroups[0].x",
            "endpointGroups[0].loadBalancer",
            "endpointGroups[0].endpoints[0].x",
        ):
            body = tutorial_api(analytics={})
            if at.endswith(".x") or at == "x":
                self.assertEqual(
                    problems(put(body, at, None)),
                    [Issue("unknown field", at, severity="warning")],
                )
            else:
                self.assertEqual(
                    problems(put(body, at, {"x": None})),
                    [Issue("unknown field", f"{at}.x", severity="warning")],
                )


class MemberTests(SynchronousTestCase):
    """Each member by itself."""

    def test_required(self) -> None:
        """The required members."""
        self.assertEqual(
            {issue.location for issue in problems({"name": None})},
            {"type", "name", "apiVersion", "listeners", "endpointGroups"},
        )
        self.assertEqual(
            {issue.message for issue in problems({"name": None})}, {"is required"}
        )

    def test_versions(self) -> None:
        """Only v4 definitions are read; the version may be absent."""
        body = tutorial_api()
        del body["definitionVersion"]
        self.assertEqual(problems(body), [])
        for version in ("4.0.0", "V4", None):
            self.assertEqual(problems(tutorial_api(definitionVersion=version)), [])
        for version in ("V2", "2.0.0", "FEDERATED"):
            self.assertEqual(
                problems(tutorial_api(definitionVersion=version)),
                [
                    Issue(
                        "only v4 definitions are supported",
                        "definitionVersion",
                        version,
                    )
                ],
            )

    def test_other_listeners(self) -> None:
        """Another type of listener is refused, without errors about its members."""
        for kind in ("tcp", "KAFKA"):
            body = tutorial_api(listeners=[{"type": kind, "hosts": ["x"]}])
            self.assertEqual(
                problems(body),
                [
                    Issue(
                        f"{kind.upper()} listeners are not supported yet",
                        "listeners[0].type",
                    )
                ],
            )
        self.assertEqual(
            problems(put(tutorial_api(), "listeners[0].type", "UDP")),
            [Issue("must be one of HTTP, SUBSCRIPTION", "listeners[0].type")],
        )

    def test_path(self) -> None:
        """Paths are put in their stored form."""
        path = Path.read({"host": "Api.Example", "path": "//a//b"})
        self.assertEqual(path.key, ("api.example", "/a/b/"))
        self.assertEqual(Path.read({"path": None, "host": ""}).key, (None, "/"))

    def test_weight(self) -> None:
        """A weight below one counts as one."""
        for weight, expected in {-5: 1, 0: 1, 1: 1, 7.0: 7}.items():
            body = put(tutorial_api(), "endpointGroups[0].endpoints[0].weight", weight)
            (group,) = ApiDefinition.read(body).endpoint_groups
            self.assertEqual(group.endpoints[0].weight, expected)

    def test_null_lists(self) -> None:
        """A null list is an empty one."""
        listener = HttpListener.read({"type": "HTTP", "servers": None, "paths": None})
        self.assertEqual(listener.servers, ())
        self.assertIsNone(listener.path_mappings)

    def test_request_validation(self) -> None:
        """Refusing NUL bytes can be asked for."""
        body = {"type": "HTTP", "requestValidation": {"rejectNullByte": True}}
        self.assertTrue(HttpListener.read(body).request_validation.reject_null_byte)

    def test_from_python(self) -> None:
        """A definition can be built in Python, by the names of Python."""
        api = ApiDefinition(
            type="PROXY",
            name="a",
            api_version="1",
            listeners=(
                HttpListener(
                    type="HTTP",
                    paths=(Path(path="a"),),
                    entrypoints=(ListenerEntrypoint(type="http-proxy"),),
                ),
            ),
            endpoint_groups=(
                EndpointGroup(
                    name="g",
                    type="http-proxy",
                    endpoints=(
                        Endpoint(
                            name="e",
                            type="http-proxy",
                            configuration={"target": "http://a"},
                        ),
                    ),
                ),
            ),
        )
        self.assertEqual(ApiDefinition.read(api.to_json()), api)
