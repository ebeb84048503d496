"""The endpoints of a tenant."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from relay.deploy.tenants import for_tenant
from tests.gateway.harness import definition
from tests.installed import CATALOG


class TenantTests(SynchronousTestCase):
    """A definition as the gateway of a tenant sees it."""

    def test_endpoints_of_others_are_left_out(self) -> None:
        """Those without tenants are for all."""
        endpoints = [
            {
                "name": name,
                "type": "http-proxy",
                "inheritConfiguration": True,
                "configuration": {"target": "http://h"},
                **({"tenants": tenants} if tenants else {}),
            }
            for name, tenants in (("all", []), ("n", ["north"]), ("s", ["south"]))
        ]
        api = CATALOG.parse_stored_api(definition("http://h", endpoints=endpoints))
        for tenant, names in (("north", ["all", "n"]), ("east", ["all"])):
            (group,) = for_tenant(api, tenant).endpoint_groups
            self.assertEqual([one.name for one in group.endpoints], names)
