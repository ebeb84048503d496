"""The sources of settings, and the messages for their errors."""

import os

from twisted.trial.unittest import SynchronousTestCase

from relay.settings.listeners import GatewayTlsSettings, TlsSettings
from relay.settings.schema import Settings, load
from relay.settings.source import (
    Mistakes,
    SettingsError,
    from_environment,
    from_file,
    from_options,
    keys,
)


class FileTests(SynchronousTestCase):
    """The TOML file; every mistake is one line that names the key and the file."""

    def load(self, document: str) -> Settings:
        """The settings of a file with this content."""
        self.path = self.mktemp()
        with open(self.path, "w") as file:
            file.write(document)
        return load(self.path, "var", {}, {})

    def assertRefused(self, document: str, key: str, reason: str) -> None:
        """The file is refused in one line with the key, the file and the reason."""
        error = str(self.assertRaises(SettingsError, self.load, document))
        self.assertTrue(error.startswith(f"{key} ({self.path}): "), error)
        self.assertIn(reason, error)
        self.assertNotIn("\n", error)

    def test_every_kind_of_value(self) -> None:
        """Numbers, texts, truth values, lists, tables and lists of tables arrive."""
        settings = self.load(
            """
            [gateway]
            request_timeout_ms = 5
            via = false
            [[gateway.listeners]]
            id = "public"
            endpoint = "tcp:8443"
            trusted_proxies = ["10.0.0.0/8"]
            tls = { certificate = "c.pem", key = "k.pem" }
            [[gateway.listeners]]
            id = "inside"
            endpoint = "tcp:8082"
            [management]
            hosts = ["relay.example"]
            [management.tls]
            certificate = "c.pem"
            key = "k.pem"
            client_auth = "required"
            ca = "ca.pem"
            """
        )
        self.assertEqual(settings.gateway.request_timeout_ms, 5)
        self.assertFalse(settings.gateway.via)
        public, inside = settings.gateway.listeners
        self.assertEqual((public.id, inside.id), ("public", "inside"))
        self.assertEqual(public.tls, GatewayTlsSettings("c.pem", "k.pem"))
        self.assertEqual([str(n) for n in public.trusted_proxies], ["10.0.0.0/8"])
        self.assertIsNone(inside.tls)
        self.assertEqual(settings.management.hosts, ("relay.example",))
        self.assertEqual(
            settings.management.tls,
            TlsSettings("c.pem", "k.pem", client_auth="required", ca="ca.pem"),
        )

    def test_unknown_keys(self) -> None:
        """A key that does not exist is refused at every depth, with the likeliest."""
        self.assertRefused("[gatewy]\nvia = true", "gatewy", "did you mean gateway?")
        self.assertRefused(
            "[gateway]\nrequest_timeout = 5",
            "gateway.request_timeout",
            "did you mean gateway.request_timeout_ms?",
        )
        self.assertRefused(
            '[management.tls]\ncert = "c"', "management.tls.cert", "no such setting"
        )
        self.assertRefused(
            '[[gateway.listeners]]\nid = "a"\nendpoint = "tcp:1"\nport = 1',
            "gateway.listeners[0].port",
            "no such setting",
        )
        self.assertRefused('"a\\nb" = 1', "'a\\nb'", "no such setting")

    def test_wrong_types(self) -> None:
        """A value of another type is refused, not converted."""
        for document, key, reason in [
            ("gateway = 3", "gateway", "must be a table"),
            ('[gateway]\nvia = "true"', "gateway.via", "true or false"),
            ("[log]\naccess = 3", "log.access", "must be a text"),
            ('[store]\nthreads = "4"', "store.threads", "whole number"),
            ('[management]\nhosts = "a"', "management.hosts", "must be a list"),
            ('[gateway]\nlisteners = ["tcp:1"]', "gateway.listeners[0]", "a table"),
            ("[gateway]\nlisteners = []", "gateway.listeners", "at least one"),
            ('[gateway]\nlisteners = "tcp:1"', "gateway.listeners", "at least one"),
        ]:
            self.assertRefused(document, key, reason)

    def test_a_listener_has_defaults(self) -> None:
        """A table without an id and an endpoint has those of the default listener."""
        settings = self.load('[[gateway.listeners]]\ntrusted_proxies = ["10.0.0.1"]')
        (listener,) = settings.gateway.listeners
        (default,) = Settings("").gateway.listeners
        self.assertEqual(
            (listener.id, listener.endpoint), (default.id, default.endpoint)
        )

    def test_missing_parts_of_tls(self) -> None:
        """A certificate and its key come together, from one place at least."""
        tls = "[management.tls]\n"
        host = "[[management.tls.hosts]]\nnames = ['a', 'b']\n"
        for document, fault in (
            (tls, "certificate is missing"),
            (f"{tls}key = 'k'", "certificate is missing"),
            (f"{tls}certificate = 'c'", "key is missing"),
            (f"{tls}directory = 'd'\ncertificate = 'c'", "key is missing"),
            (host, "hosts without a certificate need a certificate or a directory"),
            (
                f"{tls}directory = 'd'\n{host}{host}",
                "hosts name 'a' twice",
            ),
        ):
            self.assertRefused(document, "management.tls", fault)

    def test_hosts_of_a_listener(self) -> None:
        """They have names, and rules that fit together."""
        tls = "[management.tls]\ndirectory = 'd'\n[[management.tls.hosts]]\n"
        key = "management.tls.hosts[0]"
        for document, where, fault in (
            ("", f"{key}.names", "is missing"),
            ("names = []", key, "names must have at least one name"),
            ("names = ['a:1']", f"{key}.names", "must be host names without a port"),
            ("names = ['a.*']", f"{key}.names", "must be host names without a port"),
            ("names = ['*']", f"{key}.names", "must be host names without a port"),
            ("names = ['a']\ncertificate = 'c'", key, "key is missing"),
            ("names = ['a']\nclient_auth = 'request'", key, "ca is missing"),
            ("names = ['a']\nca = 'c'", key, "ca has no effect"),
        ):
            self.assertRefused(tls + document, where, fault)

    def test_duplicate_listener_id(self) -> None:
        """Two listeners cannot share the name that definitions refer to."""
        one = '[[gateway.listeners]]\nid = "a"\nendpoint = "tcp:1"\n'
        self.assertRefused(one * 2, "gateway", "listener id 'a' is used twice")

    def test_client_auth_and_ca_belong_together(self) -> None:
        """Asking for certificates without an authority, or the reverse, is refused."""
        tls = '[management.tls]\ncertificate = "c"\nkey = "k"\n'
        self.assertRefused(
            f'{tls}client_auth = "required"', "management.tls", "ca is missing"
        )
        self.assertRefused(f'{tls}ca = "ca"', "management.tls", "ca has no effect")

    def test_bad_values_in_listeners(self) -> None:
        """Mistakes inside a list of tables name the position."""
        one = '[[gateway.listeners]]\nid = "a"\nendpoint = "tcp:1"\n'
        two = '[[gateway.listeners]]\nid = "b"\nendpoint = "tcp:2"\n'
        self.assertRefused(
            f'{one}{two}trusted_proxies = ["10.0.0.1/8"]',
            "gateway.listeners[1].trusted_proxies",
            "'10.0.0.1/8'",
        )
        self.assertRefused(
            '[[gateway.listeners]]\nid = "a"\nendpoint = "tcp"',
            "gateway.listeners[0].endpoint",
            "endpoint string",
        )

    def test_data_dir_is_no_key(self) -> None:
        """The data directory is known before the file is read."""
        self.assertRefused('data_dir = "x"', "data_dir", "--data-dir")

    def failing(self, path: str) -> SettingsError:
        """Read a file that cannot be read."""
        error = self.assertRaises(SettingsError, from_file, path, Settings, Mistakes())
        assert isinstance(error, SettingsError)
        return error

    def test_unreadable(self) -> None:
        """A missing file, a directory and a file that is not TOML name the path."""
        path = self.mktemp()
        error = self.failing(path)
        self.assertEqual(str(error), f"cannot read {path}: No such file or directory")
        os.mkdir(path)
        error = self.failing(path)
        self.assertEqual(str(error), f"cannot read {path}: Is a directory")
        for content in (b"gateway", b'a = "\xff"', b"[gateway]\nvia=1\nvia=2"):
            broken = self.mktemp()
            with open(broken, "wb") as file:
                file.write(content)
            error = self.failing(broken)
            self.assertTrue(str(error).startswith(f"{broken} is not TOML: "))
            self.assertNotIn("\n", str(error))


class EnvironmentTests(SynchronousTestCase):
    """Variables named ``RELAY__SECTION__NAME``."""

    def assertRefused(self, name: str, value: str, start: str, reason: str) -> None:
        """The variable is refused in one line with this start and the reason."""
        caught = self.assertRaises(SettingsError, load, None, "var", {name: value}, {})
        self.assertTrue(str(caught).startswith(start), str(caught))
        self.assertIn(reason, str(caught))
        self.assertNotIn("\n", str(caught))

    def test_every_setting_has_a_variable(self) -> None:
        """Each setting can be named; only the parts of a listener need the file."""
        names = {
            key: f"RELAY__{key.upper().replace('.', '__')}" for key in keys(Settings)
        }
        environ = {name: "tcp:1" for name in names.values()}
        self.assertEqual(
            set(from_environment(environ, Settings, Mistakes())), set(names)
        )
        self.assertEqual(names["management.tls.ca"], "RELAY__MANAGEMENT__TLS__CA")

    def test_other_variables_are_left_alone(self) -> None:
        """Orchestrators inject RELAY_PORT and such: one underscore is theirs."""
        environ = {
            "RELAY_PORT": "tcp://10.0.0.1:80",
            "RELAY_ADMIN_PASSWORD": "secret",
            "RELAY": "x",
            "relay__gateway__via": "x",
        }
        self.assertEqual(from_environment(environ, Settings, Mistakes()), {})

    def test_a_setting_with_one_underscore(self) -> None:
        """A variable that spells a setting with too few underscores is refused."""
        for name, meant in (
            ("RELAY_GATEWAY_VIA", "RELAY__GATEWAY__VIA"),
            ("RELAY_LOG__ACCESS_KEEP", "RELAY__LOG__ACCESS_KEEP"),
        ):
            mistakes = Mistakes()
            from_environment({name: "1"}, Settings, mistakes)
            error = self.assertRaises(SettingsError, mistakes.check)
            self.assertEqual(
                str(error),
                f"{name} (environment): there is no such setting; "
                f"did you mean {meant}?",
            )

    def test_unknown_names(self) -> None:
        """A double underscore means us: what does not exist is an error."""
        self.assertRefused(
            "RELAY__GATEWAY__REQUEST_TIMEOUT",
            "5",
            "RELAY__GATEWAY__REQUEST_TIMEOUT (environment): ",
            "did you mean RELAY__GATEWAY__REQUEST_TIMEOUT_MS?",
        )
        for name in ("RELAY__", "RELAY__GATEWAY", "RELAY__gateway__via", "RELAY__VIA"):
            self.assertRefused(name, "true", f"{name} (environment): ", "no such")

    def test_bad_values(self) -> None:
        """A bad value names the setting and the variable."""
        name = "RELAY__GATEWAY__REQUEST_TIMEOUT_MS"
        for value in ("30s", "-1", ""):
            self.assertRefused(
                name, value, f"gateway.request_timeout_ms ({name}): ", "must be"
            )

    def test_listeners(self) -> None:
        """A variable can give endpoints; the rest of a listener is refused clearly."""
        name = "RELAY__GATEWAY__LISTENERS"
        settings = load(None, "var", {name: "tcp:1 haproxy:tcp:2"}, {})
        self.assertEqual(
            [(one.id, one.endpoint) for one in settings.gateway.listeners],
            [("default", "tcp:1"), ("default-2", "haproxy:tcp:2")],
        )
        self.assertRefused(name, " ", f"gateway.listeners ({name}): ", "at least one")
        self.assertRefused(
            f"{name}__0__TLS__KEY",
            "k",
            f"gateway.listeners ({name}__0__TLS__KEY): ",
            "needs the file",
        )

    def test_tls_needs_all_of_its_parts(self) -> None:
        """A variable of a table requires the table's other required keys."""
        name = "RELAY__MANAGEMENT__TLS__KEY"
        self.assertRefused(
            name, "k", f"management.tls ({name}): ", "certificate is missing"
        )


class OptionTests(SynchronousTestCase):
    """The command line."""

    def test_nothing_given(self) -> None:
        """Options that were not used give nothing, and others are not looked at."""
        options: dict[str, object] = {
            "gateway": [],
            "management": None,
            "config": "x",
            "demo": 1,
        }
        self.assertEqual(from_options(options), {})

    def test_gateway_may_repeat(self) -> None:
        """Each --gateway is a listener with an id of its own."""
        options = {"gateway": ["tcp:1", "tcp:2", "tcp:3"]}
        listeners = load(None, "var", {}, options).gateway.listeners
        self.assertEqual(
            [(one.id, one.endpoint) for one in listeners],
            [("default", "tcp:1"), ("default-2", "tcp:2"), ("default-3", "tcp:3")],
        )

    def test_bad_endpoints_name_the_option(self) -> None:
        """A mistake on the command line is not blamed on the file."""
        for option, key in [
            ("gateway", "gateway.listeners[0].endpoint"),
            ("management", "management.endpoint"),
        ]:
            caught = self.assertRaises(
                SettingsError, load, None, "var", {}, {option: "tcp"}
            )
            self.assertIn(f"{key} (--{option}): ", str(caught))
