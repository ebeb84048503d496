"""All settings together: their defaults, and which source wins."""

import os

from twisted.trial.unittest import SynchronousTestCase

from relay.settings.gateway import GatewaySettings
from relay.settings.listeners import GatewayTlsSettings, ListenerSettings, TlsSettings
from relay.settings.schema import Settings, load
from relay.settings.source import SettingsError


class LoadTests(SynchronousTestCase):
    """One frozen value from four sources."""

    def file(self, document: str) -> str:
        """The path of a file with this content."""
        path: str = self.mktemp()
        with open(path, "w") as file:
            file.write(document)
        return path

    def test_defaults(self) -> None:
        """Without any source the documented defaults apply."""
        settings = load(None, "/srv/relay", {}, {})
        self.assertEqual(
            settings.gateway.listeners,
            (ListenerSettings("default", "tcp:8082:backlog=4096"),),
        )
        self.assertEqual(settings.management.endpoint, "tcp:8083:interface=127.0.0.1")
        self.assertEqual(settings.store.url, "sqlite:////srv/relay/relay.db")
        self.assertEqual(settings.log.access, "/srv/relay/access.log")
        self.assertEqual(settings.gateway, GatewaySettings())

    def test_all_mistakes_are_told_at_once(self) -> None:
        """Each in a line of its own, wherever it stands."""
        path = self.mktemp()
        with open(path, "w") as file:
            file.write(
                "[gateway]\nspeed = 9\nvia = 3\n"
                '[[gateway.listeners]]\nid = "a"\nendpoint = "ssl:1"\ncolour = "red"\n'
                '[[gateway.listeners]]\ntls = { key = "k" }\n'
                "[limits]\nmax_headers = 1\n"
            )
        environ = {"RELAY__STORE__POLL_MS": "x", "RELAY__NOTHING": "1"}
        error = self.assertRaises(SettingsError, load, path, "/srv", environ, {})
        lines = str(error).splitlines()
        for words in (
            "gateway.speed (",
            "gateway.via (",
            "gateway.listeners[0].endpoint (",
            "gateway.listeners[0].colour (",
            "gateway.listeners[1].tls (",
            "limits.max_headers (",
            "store.poll_ms (RELAY__STORE__POLL_MS)",
            "RELAY__NOTHING (environment)",
        ):
            self.assertEqual(len([one for one in lines if words in one]), 1, words)
        self.assertEqual(len(lines), 8)

    def test_data_dir_is_absolute(self) -> None:
        """A daemon that changes its directory still finds its files."""
        settings = load(None, "var", {}, {})
        self.assertEqual(settings.data_dir, os.path.abspath("var"))
        self.assertEqual(
            settings.store.url, f"sqlite:///{os.path.abspath('var')}/relay.db"
        )

    def test_data_dir_that_cannot_stand_in_a_url(self) -> None:
        """A question mark would cut the store's URL short: it is refused."""
        error = self.assertRaises(SettingsError, load, None, "/srv/a?b", {}, {})
        self.assertIn("--data-dir", str(error))

    def test_url_of_a_store_with_options(self) -> None:
        """The options of a PostgreSQL URL are no mistake of the data directory."""
        url = "postgresql+psycopg://relay@db.example/relay?sslmode=verify-full"
        settings = load(None, "/srv/a?b", {"RELAY__STORE__URL": url}, {})
        self.assertEqual(settings.store.url, url)

    def test_option_over_environment_over_file_over_default(self) -> None:
        """The first source that has a setting wins, setting by setting."""
        path = self.file(
            """
            [gateway]
            via = false
            request_timeout_ms = 1
            [management]
            endpoint = "tcp:1"
            hosts = ["file.example"]
            [[gateway.listeners]]
            id = "file"
            endpoint = "tcp:2"
            """
        )
        environ = {
            "RELAY__GATEWAY__REQUEST_TIMEOUT_MS": "2",
            "RELAY__MANAGEMENT__ENDPOINT": "tcp:3",
        }
        both = load(path, "var", environ, {})
        self.assertEqual(both.gateway.request_timeout_ms, 2)
        self.assertEqual(both.management.endpoint, "tcp:3")
        self.assertFalse(both.gateway.via)
        self.assertTrue(both.gateway.forwarded_headers)
        self.assertEqual(both.gateway.listeners[0].id, "file")
        every = load(
            path, "var", environ, {"management": "tcp:4", "gateway": ["tcp:5"]}
        )
        self.assertEqual(every.management.endpoint, "tcp:4")
        self.assertEqual(every.management.hosts, ("file.example",))
        self.assertEqual(
            every.gateway.listeners, (ListenerSettings("default", "tcp:5"),)
        )

    def test_environment_completes_a_table_of_the_file(self) -> None:
        """Part of a table may come from the file and part from the environment."""
        path = self.file('[management.tls]\ncertificate = "c"\n')
        settings = load(path, "var", {"RELAY__MANAGEMENT__TLS__KEY": "k"}, {})
        self.assertEqual(settings.management.tls, TlsSettings("c", "k"))

    def test_http2(self) -> None:
        """HTTP/2 needs a listener with TLS; the error says so."""
        listener = '[[gateway.listeners]]\nid = "a"\nendpoint = "tcp:1"\n'
        pair = 'certificate = "c"\nkey = "k"\n'

        def loaded(text: str) -> Settings:
            return load(self.file(text), "var", {}, {})

        def refused(text: str) -> str:
            error: SettingsError = self.assertRaises(SettingsError, loaded, text)
            return str(error)

        tls = f"{listener}[gateway.listeners.tls]\n"
        on = f"{tls}{pair}http2 = true\nhttp2_max_streams = 50\n"
        (one,) = loaded(on).gateway.listeners
        self.assertEqual(
            one.tls, GatewayTlsSettings("c", "k", http2=True, http2_max_streams=50)
        )
        (one,) = loaded(f"{tls}{pair}").gateway.listeners
        assert one.tls is not None
        self.assertFalse(one.tls.offers_http2)
        self.assertIn("certificate is missing", refused(f"{tls}http2 = true\n"))
        self.assertIn(
            "gateway.listeners[0].http2", refused(f"{listener}http2 = true\n")
        )
        self.assertIn(
            "management.tls.http2", refused(f"[management.tls]\n{pair}http2 = true\n")
        )
        self.assertIn(
            "http2_max_streams has no effect unless http2 is set",
            refused(f"{tls}{pair}http2_max_streams = 50\n"),
        )
        self.assertIn("http2_max_streams", refused(f"{on}".replace("50", "0")))

    def test_tls_hosts(self) -> None:
        """Names of hosts are in normal form, those with other letters as A-labels."""
        path = self.file(
            "[technical.tls]\ndirectory = '/certs'\n[[technical.tls.hosts]]\n"
            "names = ['A.Example', '*.Bücher.example', 'b.example.']\n"
            "client_auth = 'required'\nca = 'ca.pem'\n"
        )
        tls = load(path, "var", {}, {}).technical.tls
        assert tls is not None
        (host,) = tls.hosts
        self.assertEqual(
            host.names, ("a.example", "*.xn--bcher-kva.example", "b.example")
        )
        self.assertEqual((host.client_auth, host.ca), ("required", "ca.pem"))
        self.assertEqual((tls.directory, tls.certificate), ("/certs", None))

    def test_data_dir_is_put_into_what_was_given(self) -> None:
        """A path of one's own may refer to the data directory as the defaults do."""
        environ = {"RELAY__LOG__ACCESS": "{data_dir}/{x}.log"}
        settings = load(None, "/srv", environ, {})
        self.assertEqual(settings.log.access, "/srv/{x}.log")

    def test_the_technical_api_can_be_turned_off(self) -> None:
        """Its endpoint may be empty, wherever it is set; no other may."""
        environ = {"RELAY__TECHNICAL__ENDPOINT": ""}
        self.assertEqual(load(None, "/srv", environ, {}).technical.endpoint, "")
        given = load(None, "/srv", environ, {"technical": "tcp:7"})
        self.assertEqual(given.technical.endpoint, "tcp:7")
        environ = {"RELAY__MANAGEMENT__ENDPOINT": ""}
        error = self.assertRaises(SettingsError, load, None, "/srv", environ, {})
        self.assertIn("must not be empty", str(error))

    def test_the_token_is_not_repeated_in_errors(self) -> None:
        """It is a secret, which must be long and fit into a header."""
        for token in ("short", "with a space in its middle", "ü" * 20):
            environ = {"RELAY__TECHNICAL__TOKEN": token}
            error = self.assertRaises(SettingsError, load, None, "/srv", environ, {})
            self.assertIn("TECHNICAL__TOKEN", str(error))
            self.assertNotIn(token, str(error))

    def test_rules_hold_without_a_file_too(self) -> None:
        """Settings built in code obey the rules between their values."""
        listener = ListenerSettings("a", "tcp:1")
        self.assertRaises(ValueError, GatewaySettings, listeners=(listener, listener))
        self.assertRaises(ValueError, TlsSettings, "c", "k", client_auth="request")
        self.assertEqual(Settings("/srv").gateway.listeners[0].id, "default")
