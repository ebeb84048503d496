"""The settings of tracing."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from relay.settings.schema import load
from relay.settings.source import SettingsError
from relay.settings.tracing import read_headers


class HeaderTests(SynchronousTestCase):
    """The headers of exports."""

    def test_forms(self) -> None:
        """Pairs between commas or lines, with percent-encoded values."""
        self.assertEqual(read_headers(None), {})
        self.assertEqual(
            read_headers("Authorization=Basic%20YTpi, x-b=2,\n\nx-c=a=b\n"),
            {"authorization": "Basic YTpi", "x-b": "2", "x-c": "a=b"},
        )

    def test_what_is_refused(self) -> None:
        """Without the value, which may be a secret."""
        for text in ("secret", "a b=secret", "x=secret%0A", "=secret"):
            error = self.assertRaises(ValueError, read_headers, text)
            self.assertNotIn("secret", str(error))


class SettingTests(SynchronousTestCase):
    """The environment."""

    def load(self, **values: str) -> object:
        """Load settings from the environment."""
        environ = {f"RELAY__TRACING__{name}": value for name, value in values.items()}
        return load(None, "/srv", environ, {}).tracing

    def test_values(self) -> None:
        """Ratios are numbers from 0 to 1."""
        settings = load(
            None,
            "/srv",
            {
                "RELAY__TRACING__ENDPOINT": "http://h:4318/v1/traces",
                "RELAY__TRACING__SAMPLE_RATIO": "0.25",
                "RELAY__TRACING__ATTRIBUTES": "a=b,c.d=e",
            },
            {},
        ).tracing
        self.assertEqual(settings.sample_ratio, 0.25)
        self.assertEqual(settings.attributes, ("a=b", "c.d=e"))

    def test_what_is_refused(self) -> None:
        """In one line that names the setting."""
        for name, value, words in (
            ("SAMPLE_RATIO", "2", "must be from 0 to 1"),
            ("SAMPLE_RATIO", "nan", "must be a number"),
            ("ENDPOINT", "grpc://h", "must be an http or https URL"),
            ("ENDPOINT", "http://u:secret@h", "must be an http or https URL"),
            ("ATTRIBUTES", "name", "must be name=value pairs"),
            ("TRUST", "some", "must be one of none, proxies, all"),
            ("HEADERS", "secret", "must be name=value pairs"),
        ):
            error = self.assertRaises(SettingsError, self.load, **{name: value})
            line = str(error)
            self.assertTrue(line.startswith(f"tracing.{name.lower()} ("), line)
            self.assertIn(words, line)
            self.assertNotIn("secret", line)
