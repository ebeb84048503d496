"""Tests of `relay.dialects.v2.groups`."""

from __future__ import annotations

from typing import Any

from twisted.trial.unittest import SynchronousTestCase

from relay.dialects.checking import check
from relay.dialects.finding import Refused
from tests.dialects.v2.definitions import checked, endpoint, problems, proxy, read
from tests.installed import CATALOG


def _group(*endpoints: dict[str, Any], **members: Any) -> dict[str, Any]:
    made = proxy(*endpoints)
    preserve = members.pop("preserve_host", None)
    made["groups"][0].update(members)
    group: dict[str, Any] = read(proxy={**made, "preserve_host": preserve}).body[
        "endpointGroups"
    ][0]
    return group


class GroupTests(SynchronousTestCase):
    """Groups and endpoints keep their options."""

    def test_balancing(self) -> None:
        """Under each of its names."""
        for name in ("load_balancing", "loadBalancing", "loadBalancer"):
            group = _group(**{name: {"type": "WEIGHTED_RANDOM"}})
            self.assertEqual(group["loadBalancer"], {"type": "WEIGHTED_RANDOM"})

    def test_endpoint(self) -> None:
        """Weight, backup, tenants and inheritance."""
        group = _group(
            endpoint(weight=3, backup=True, inherit=True, tenants=["a"]),
            endpoint("pier", tenant="b", status="DOWN"),
        )
        one, other = group["endpoints"]
        self.assertEqual(
            one,
            {
                "name": "quay",
                "type": "http-proxy",
                "configuration": {"target": "http://127.0.0.1:9/boats"},
                "weight": 3,
                "secondary": True,
                "inheritConfiguration": True,
                "tenants": ["a"],
            },
        )
        self.assertEqual(other["tenants"], ["b"])

    def test_own_options(self) -> None:
        """An endpoint that does not inherit has its own."""
        http = {"readTimeout": 7}
        group = _group(endpoint(http=http, headers={"X-A": "1"}), http={"a": 1})
        self.assertEqual(group["sharedConfiguration"], {"http": {"a": 1}})
        self.assertEqual(
            group["endpoints"][0]["sharedConfigurationOverride"],
            {"http": http, "headers": [{"name": "X-A", "value": "1"}]},
        )

    def test_names_of_the_management_api(self) -> None:
        """The options of the client have others there."""
        group = _group(
            httpClientOptions={"readTimeout": 1},
            httpClientSslOptions={"trustAll": True},
            httpProxy={"enabled": False},
        )
        self.assertEqual(
            group["sharedConfiguration"],
            {
                "http": {"readTimeout": 1},
                "ssl": {"trustAll": True},
                "proxy": {"enabled": False},
            },
        )

    def test_preserve_host(self) -> None:
        """It is an option of every client: of groups, and of endpoints of their own."""
        group = _group(
            endpoint(inherit=True), endpoint("pier", inherit=False), preserve_host=True
        )
        wanted = {"http": {"propagateClientHost": True}}
        self.assertEqual(group["sharedConfiguration"], wanted)
        one, other = group["endpoints"]
        self.assertNotIn("sharedConfigurationOverride", one)
        self.assertEqual(other["sharedConfigurationOverride"], wanted)

    def test_older_forms(self) -> None:
        """A host header, a certificate as text, and endpoints without a group."""
        made = {
            "context_path": "/",
            "loadBalancing": {"type": "RANDOM"},
            "endpoints": [
                endpoint(hostHeader="sea.example", ssl={"pem": "-----BEGIN X"})
            ],
        }
        (group,) = read(proxy=made).body["endpointGroups"]
        self.assertEqual(group["loadBalancer"], {"type": "RANDOM"})
        self.assertEqual(
            group["endpoints"][0]["sharedConfigurationOverride"],
            {
                "ssl": {"trustStore": {"type": "PEM", "content": "-----BEGIN X"}},
                "headers": [{"name": "Host", "value": "sea.example"}],
            },
        )

    def test_empty_older_forms(self) -> None:
        """They mean nothing."""
        made = proxy(endpoint(hostHeader=" ", ssl={"pem": "null"}))
        (group,) = read(proxy=made).body["endpointGroups"]
        self.assertEqual(
            group["endpoints"][0]["sharedConfigurationOverride"], {"ssl": {}}
        )

    def test_encode_uri(self) -> None:
        """Off is what happens anyway; on changes what is sent."""
        off = proxy(endpoint(http={"encodeURI": False}))
        self.assertEqual(problems(read(proxy=off)), [])
        on = proxy(endpoint(http={"encodeURI": True}))
        at = "proxy.groups[0].endpoints[0].http.encodeURI"
        self.assertEqual(problems(read(proxy=on)), [(at, "severe")])

    def test_groups_and_endpoints(self) -> None:
        """They cannot stand beside each other."""
        draft = read(proxy=proxy(endpoints=[endpoint("pier")]))
        self.assertEqual(problems(draft), [("proxy.groups", "severe")])

    def test_no_groups(self) -> None:
        """They are required."""
        draft = read(proxy={"context_path": "/"})
        self.assertEqual(draft.body["endpointGroups"], [])
        self.assertEqual(draft.origins.of("endpointGroups"), "proxy.groups")

    def test_other_types_of_endpoints(self) -> None:
        """They are refused where they stand."""
        draft = read(proxy=proxy(endpoint(type="grpc")))
        with self.assertRaises(Refused) as refused:
            check(draft, CATALOG)
        self.assertIn(
            "proxy.groups[0].endpoints[0].type",
            [one.path for one in refused.exception.findings],
        )


class ServiceTests(SynchronousTestCase):
    """What runs beside an API is converted or refused."""

    def test_health_check_of_the_api(self) -> None:
        """It is that of each group, unless the group has one."""
        check = {
            "schedule": "*/5 * * * * *",
            "steps": [{"request": {"path": "/up", "method": "GET"}}],
        }
        own = {**check, "schedule": "0 * * * * *"}
        made = proxy()
        made["groups"].append(
            {
                "name": "other",
                "endpoints": [endpoint("pier")],
                "services": {"health-check": own},
            }
        )
        api = checked(proxy=made, services={"health-check": check}).definition
        schedules = [
            group.services.health_check.configuration.schedule
            for group in api.endpoint_groups
            if group.services and group.services.health_check
        ]
        self.assertEqual(schedules, ["*/5 * * * * *", "0 * * * * *"])

    def test_discovery(self) -> None:
        """The endpoints are not known without it."""
        for services, wanted in (
            ({"discovery": {"enabled": True}}, [("services.discovery", "severe")]),
            ({"discovery": {"provider": "x"}}, [("services.discovery", "severe")]),
            ({"discovery": {"enabled": False}}, []),
            (
                {"discovery": {"enabled": False, "provider": "x"}},
                [("services.discovery", "warning")],
            ),
            ({"dynamic-property": {}}, []),
            (
                {"dynamicProperty": {"enabled": True}},
                [("services.dynamicProperty", "severe")],
            ),
            ({"weather": {}}, [("services.weather", "warning")]),
        ):
            self.assertEqual(problems(read(services=services)), wanted)
