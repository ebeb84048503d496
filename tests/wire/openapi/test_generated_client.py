"""A Python client that is generated from the document of a real daemon."""

from __future__ import annotations

import base64
import copy
import importlib
import re
import subprocess
import sys
from http.client import HTTPResponse
from pathlib import Path
from types import ModuleType
from typing import Any, cast
from urllib.request import Request, urlopen

from tests.wire.harness.case import WireCase
from tests.wire.harness.daemon import BOUND_S, KEYLESS, Daemon, until
from tests.wire.harness.demo import demo_source
from tests.wire.lifecycle.test_tutorial import CREATED
from tests.wire.openapi.calls import call, token_of

PACKAGE = "generated_relay_client"
GENERATOR = (sys.executable, "-m", "openapi_python_client", "generate")


KNOWN = (
    # The generator has no form of these bodies of requests; beside YAML there is JSON.
    r"Unsupported content type (application/(x-)?yaml|text/plain)\n",
    # It has no form of pictures, for which a response has no schema.
    r"Unsupported content_type image/png, image/jpeg, image/gif, image/webp\)",
)
"""Warnings of the generator, as patterns: each other one fails the test."""


class GeneratedClientTests(WireCase):
    """The tutorial's API, made by a client that nobody has written."""

    def test_the_tutorial(self) -> None:
        """The client creates the API with its plan and starts it; clients reach it. An
        error is an object, too."""
        daemon = self.start_daemon()
        self._generate(daemon)
        client = self._module("client").AuthenticatedClient(
            base_url=f"http://127.0.0.1:{daemon.management_port}",
            token=token_of(daemon),
            raise_on_unexpected_status=True,
        )
        with demo_source(heartbeat_ms=200) as source_url:
            api = self._create(client, f"{source_url}/sse?channel=ssechannel&v=1.1")
            until(
                lambda: f"API {api.id}: serving" in daemon.log(), f"{api.id} is served"
            )
            line = self._first_line(daemon)
        self.assertEqual(line, b":keepalive\n")
        shown = self._call("apis.apis_get", api.id, client=client)
        self.assertEqual((shown.name, shown.state), ("SSE consumer", "STARTED"))
        listed = self._call("apis.search_list", client=client, per_page=5)
        self.assertEqual([one.id for one in listed.data], [api.id])
        self.assertEqual(listed.pagination.total_count, 1)
        missing = self._call("apis.apis_get", "none", client=client)
        self.assertEqual(missing.technical_code, "api.notFound")

    def _generate(self, daemon: Daemon) -> None:
        """Write the client into the directory of the test, and make it importable."""
        directory = Path(self.mktemp()).absolute()
        directory.mkdir()
        document, settings = directory / "openapi.json", directory / "settings.yml"
        document.write_bytes(call(daemon, "GET", "/management/openapi.json").body)
        settings.write_text("post_hooks: []\n")
        ran = subprocess.run(
            [
                *GENERATOR,
                "--path",
                str(document),
                "--config",
                str(settings),
                "--meta",
                "none",
                "--output-path",
                str(directory / PACKAGE),
            ],
            check=True,
            capture_output=True,
            text=True,
            timeout=BOUND_S * 4,
        )
        told = re.split("(?m)^(?=(?:WARNING|ERROR|Unable) )", ran.stdout + ran.stderr)
        self.assertEqual([one for one in told[1:] if not _known(one)], [])
        sys.path.insert(0, str(directory))
        self.addCleanup(sys.path.remove, str(directory))
        importlib.invalidate_caches()

    def _module(self, name: str) -> Any:
        return importlib.import_module(f"{PACKAGE}.{name}")

    def _call(self, name: str, *parameters: Any, **options: Any) -> Any:
        """Call an operation by the name of its module."""
        module = cast(ModuleType, self._module(f"api.{name}"))
        return module.sync(*parameters, **options)

    def _create(self, client: Any, target: str) -> Any:
        models = self._module("models")
        definition = copy.deepcopy(cast(Any, CREATED))
        endpoint = definition["endpointGroups"][0]["endpoints"][0]
        endpoint["configuration"]["target"] = target
        body = models.APIBody.from_dict(definition)
        self.assertEqual(body.endpoint_groups[0].endpoints[0].type_, "http-proxy")
        api = self._call("apis.apis_create", client=client, body=body)
        self.assertIsInstance(api, models.API)
        self.assertEqual(api.state, "STOPPED")
        plan = self._call(
            "plans.plans_create",
            api.id,
            client=client,
            body=models.PlanBody.from_dict(KEYLESS),
        )
        self._call("plans.plans_publish", api.id, plan.id, client=client)
        self._call("deployments.deployments_start", api.id, client=client)
        return api

    def _first_line(self, daemon: Daemon) -> bytes:
        """Read the beginning of the stream, with the credentials of its source."""
        credentials = base64.b64encode(b"demo:relay").decode()
        request = Request(
            f"{daemon.gateway_url}/sseconsumer",
            headers={"Authorization": f"Basic {credentials}"},
        )
        response: HTTPResponse
        with urlopen(request, timeout=BOUND_S) as response:
            self.assertEqual(response.status, 200)
            return response.readline()


def _known(warning: str) -> bool:
    return any(re.search(one, warning) for one in KNOWN)
