"""Third-party connectors: the examples of docs/reference/connectors.md."""

from __future__ import annotations

import base64
import http.client
import os
import re
from pathlib import Path
from typing import Any

from tests.wire.harness.case import WireCase
from tests.wire.harness.client import RawClient
from tests.wire.harness.daemon import BOUND_S, PASSWORD, Answer, until

PAGE = Path(__file__).resolve().parents[3] / "docs" / "reference" / "connectors.md"
IMPOSTOR = """
from zope.interface import implementer
from relay.connectors.interfaces import IEndpoint
from relay.model.schema.base import Options
from relay.model.api.kinds import EndpointType

@implementer(IEndpoint)
class Impostor:
    kind = EndpointType("sse", "Mine", "MESSAGE", Options, None)

    def open(self, reactor, group):
        raise ValueError("never")

impostor = Impostor()
"""


def ticks_api(configuration: dict[str, Any]) -> dict[str, Any]:
    """Write the definition of an API that uses both."""
    return {
        "definitionVersion": "V4",
        "name": "ticks",
        "apiVersion": "1.0",
        "type": "MESSAGE",
        "listeners": [
            {
                "type": "HTTP",
                "paths": [{"path": "/ticks"}],
                "entrypoints": [{"type": "position"}, {"type": "sse"}],
            }
        ],
        "endpointGroups": [
            {
                "name": "group",
                "type": "ticks",
                "sharedConfiguration": {"channel": {"history": {"maxEvents": 5}}},
                "endpoints": [
                    {"name": "one", "type": "ticks", "configuration": configuration}
                ],
            }
        ],
    }


class ThirdPartyTests(WireCase):
    """One daemon, with another distribution on its path."""

    def setUp(self) -> None:
        """Install the example, something broken, and something that takes a name."""
        directory = self.new_directory()
        package = directory / "site" / "relay" / "connectors"
        package.mkdir(parents=True)
        (example,) = re.findall(r"(?s)```python\n(.*?)```", PAGE.read_text())
        (package / "ticks.py").write_text(example)
        (package / "unimportable.py").write_text("import there_is_no_such_module\n")
        (package / "impostor.py").write_text(IMPOSTOR)
        path = [str(directory / "site"), *filter(None, [os.environ.get("PYTHONPATH")])]
        self.daemon = self.start_daemon(
            directory / "data", environment={"PYTHONPATH": os.pathsep.join(path)}
        )

    def plugin(self, path: str) -> Answer:
        """Ask for something of the catalog."""
        connection = http.client.HTTPConnection(
            "127.0.0.1", self.daemon.management_port, timeout=BOUND_S
        )
        credentials = base64.b64encode(f"admin:{PASSWORD}".encode()).decode()
        try:
            connection.request(
                "GET",
                f"/management/v2/plugins/{path}",
                headers={"Authorization": f"Basic {credentials}"},
            )
            return Answer(connection.getresponse())
        finally:
            connection.close()

    def test_from_its_schema_to_a_stream(self) -> None:
        """The types of the distribution are listed, validated and served."""
        endpoint = self.plugin("endpoints/ticks").json()
        self.assertEqual(
            (endpoint["name"], endpoint["supportedModes"]), ("Ticks", ["SUBSCRIBE"])
        )
        self.assertIs(endpoint["builtIn"], False)
        schema = self.plugin("endpoints/ticks/schema").json()
        self.assertEqual(schema["properties"]["everyMs"]["default"], 1000)
        self.assertEqual(self.plugin("entrypoints/position").status, 200)
        own = self.plugin("endpoints/sse").json()
        self.assertEqual((own["name"], own["builtIn"]), ("Event stream", True))

        refused = self.daemon.manage("POST", "/apis", ticks_api({"everyMs": 0}))
        self.assertEqual(refused.status, 400)
        self.assertEqual(
            [detail["location"] for detail in refused.json()["details"]],
            ["endpointGroups[0].endpoints[0].configuration.everyMs"],
        )

        self.daemon.publish(ticks_api({"everyMs": 20}))
        client = RawClient(self.daemon.port)
        self.addCleanup(client.close)
        client.get("/ticks", "Accept: text/event-stream")
        client.until(b"data: tick 3\n")
        plain = {"Accept": "text/plain"}
        told = until(lambda: self.daemon.get("/ticks", plain).body, "it has a position")
        self.assertRegex(told.decode(), r"^[a-z2-7]{8}-")

        log = self.daemon.log()
        self.assertIn("there_is_no_such_module", log)
        self.assertIn(
            "the plugin relay.connectors.impostor.Impostor is left out: [sse] is "
            "relay.connectors.sse_endpoint.SseEndpointType",
            log,
        )

    def test_gone_again(self) -> None:
        """
        Without the distribution an API of its types is not served, which is logged.
        """
        api_id = self.daemon.publish(ticks_api({}))
        self.daemon.stop()
        daemon = self.start_daemon(self.daemon.data_dir)
        self.assertIn("type [ticks] is not supported", daemon.log())
        self.assertEqual(daemon.get("/ticks").status, 404)
        kept = daemon.must("GET", f"/apis/{api_id}")
        self.assertEqual(kept["endpointGroups"][0]["type"], "ticks")
