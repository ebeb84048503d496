"""The titles of fields and models."""

from __future__ import annotations

from pydantic import Field
from twisted.trial.unittest import SynchronousTestCase

from relay.model.schema.base import Value
from relay.model.schema.titles import field_title, model_title


class TlsOptions(Value):
    """Options."""

    trust_all: bool = False


class Client(Value):
    """A value with titles of each kind."""

    idle_timeout: int = 0
    keep_alive: bool = Field(True, title="Enable keep-alive")
    tls: TlsOptions = TlsOptions()


class TitleTests(SynchronousTestCase):
    """Titles from names."""

    def test_names_of_fields(self) -> None:
        """Words are separated, and abbreviations spelled as usual."""
        titles = {
            "idle_timeout": "Idle timeout",
            "http2_max_frame_size": "HTTP/2 max frame size",
            "maxAgeMs": "Max age",
            "heartbeat_interval_in_ms": "Heartbeat interval",
            "max_event_bytes": "Max event bytes",
            "serverURL": "Server URL",
            "client_id": "Client ID",
            "use_custom_ip_address": "Use custom IP address",
            "bytes": "Bytes",
            "_": "_",
        }
        self.assertEqual({name: field_title(name) for name in titles}, titles)

    def test_names_of_models(self) -> None:
        """The name of a class is read in the same way."""
        self.assertEqual(model_title("HttpOptions"), "HTTP options")

    def test_schema(self) -> None:
        """Members of a schema have titles, also those that refer to another schema."""
        schema = Client.model_json_schema(by_alias=True)
        titles = {name: one["title"] for name, one in schema["properties"].items()}
        self.assertEqual(
            titles,
            {
                "idleTimeout": "Idle timeout",
                "keepAlive": "Enable keep-alive",
                "tls": "TLS",
            },
        )
        self.assertEqual(schema["title"], "Client")
        self.assertEqual(schema["$defs"]["TlsOptions"]["title"], "TLS options")
