"""Tests of `relay.dialects.v2.proxy`."""

from __future__ import annotations

from typing import Any

from twisted.trial.unittest import SynchronousTestCase

from tests.dialects.v2.definitions import checked, problems, proxy, read


def _paths(**members: Any) -> list[dict[str, Any]]:
    api = checked(**members).definition.to_json()
    paths: list[dict[str, Any]] = api["listeners"][0]["paths"]
    return paths


def _without_hosts(**members: Any) -> dict[str, Any]:
    made = proxy()
    del made["virtual_hosts"]
    return {**made, **members}


class ListenerTests(SynchronousTestCase):
    """Virtual hosts and context-paths become the paths of a listener."""

    def test_virtual_hosts(self) -> None:
        """With their hosts, in both spellings."""
        for name, override in (
            ("virtual_hosts", "override_entrypoint"),
            ("virtualHosts", "overrideEntrypoint"),
        ):
            hosts = [{"host": "sea.example", "path": "/a", override: True}, {}]
            made = _without_hosts(**{name: hosts})
            self.assertEqual(
                _paths(proxy=made),
                [
                    {"host": "sea.example", "path": "/a/", "overrideAccess": True},
                    {"path": "/", "overrideAccess": False},
                ],
            )

    def test_context_path(self) -> None:
        """In the proxy, or beside it as a server lists it."""
        for made in (
            {"proxy": _without_hosts(context_path="/boats")},
            {"proxy": _without_hosts(), "contextPath": "/boats"},
            {"proxy": proxy(context_path="boats/"), "contextPath": "/boats"},
        ):
            self.assertEqual(
                _paths(**made), [{"path": "/boats/", "overrideAccess": False}]
            )

    def test_different_paths(self) -> None:
        """They are refused where the second one stands."""
        self.assertEqual(
            problems(read(contextPath="/ships")), [("contextPath", "severe")]
        )

    def test_no_path(self) -> None:
        """The problem has the location of the virtual hosts."""
        draft = read(proxy=_without_hosts())
        self.assertEqual(draft.origins.of("listeners[0].paths"), "proxy.virtual_hosts")

    def test_strip_context_path(self) -> None:
        """The path is never part of what is called: only true is worth a word."""
        self.assertEqual(problems(read(proxy=proxy(strip_context_path=False))), [])
        self.assertEqual(
            problems(read(proxy=proxy(strip_context_path=True))),
            [("proxy.strip_context_path", "warning")],
        )

    def test_cors_and_path_mappings(self) -> None:
        """They belong to the listener; unknown options are reported."""
        cors = {"enabled": True, "allowOrigin": ["*"], "maxAge": 9, "shade": 1}
        draft = read(proxy=proxy(cors=cors, servers=[]), path_mappings=["/a/:id"])
        listener = draft.body["listeners"][0]
        self.assertEqual(listener["cors"]["maxAge"], 9)
        self.assertEqual(listener["pathMappings"], ["/a/:id"])
        self.assertEqual(problems(draft), [("proxy.cors.shade", "warning")])


class FailoverTests(SynchronousTestCase):
    """Failover keeps the meaning of its defaults."""

    def _failover(self, **members: Any) -> Any:
        return checked(proxy=proxy(failover=members)).definition.failover

    def test_defaults(self) -> None:
        """One more try, after ten seconds."""
        made = self._failover()
        self.assertEqual(
            (made.enabled, made.max_retries, made.slow_call_duration),
            (True, 1, 10_000),
        )

    def test_options(self) -> None:
        """Attempts and the time limit of each."""
        made = self._failover(maxAttempts=3, retryTimeout=700, cases="timeout")
        self.assertEqual((made.max_retries, made.slow_call_duration), (3, 700))

    def test_switched_off(self) -> None:
        """By a member that some definitions have."""
        self.assertFalse(self._failover(enabled=False).enabled)

    def test_unknown_case(self) -> None:
        """It would be another rule for where traffic goes."""
        draft = read(proxy=proxy(failover={"cases": ["REFUSED"]}))
        self.assertEqual(problems(draft), [("proxy.failover.cases", "severe")])


class LoggingTests(SynchronousTestCase):
    """Logging is left out, and reported while it is on."""

    def test_on(self) -> None:
        """In the current and in the older form."""
        for name, value in (
            ("logging", {"mode": "CLIENT", "content": "HEADERS"}),
            ("loggingMode", "client_proxy"),
        ):
            draft = read(proxy=proxy(**{name: value}))
            self.assertEqual(problems(draft), [(f"proxy.{name}", "warning")])

    def test_off(self) -> None:
        """Nothing is lost then."""
        for name, value in (
            ("logging", {"mode": "NONE"}),
            ("logging", {}),
            ("loggingMode", "none"),
        ):
            self.assertEqual(problems(read(proxy=proxy(**{name: value}))), [])
