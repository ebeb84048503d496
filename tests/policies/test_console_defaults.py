"""The configurations that Gravitee's console stores for a new step of each policy."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from twisted.internet.defer import Deferred
from twisted.internet.task import Clock
from twisted.trial.unittest import SynchronousTestCase

from relay.model.api.kinds import Phase
from tests.policies.console_forms import (
    FORMS,
    NOT_OFFERED,
    REFUSED,
    Form,
    api,
    refusals,
)
from tests.policies.steps import (
    POLICIES,
    build,
    call,
    context,
    event,
    interruption,
    shaped,
)


def changed(stored: dict[str, Any], path: str, value: Any) -> dict[str, Any]:
    """Return a configuration with another value of a member."""
    first, _, rest = path.partition(".")
    if rest:
        return {**stored, first: changed(stored[first], rest, value)}
    return {**stored, first: value}


class ConsoleDefaultsTests(SynchronousTestCase):
    """They are accepted where Gravitee offers the policy, and work."""

    def offered(self) -> Iterator[tuple[str, Form, str, Phase]]:
        """Return each policy with its form, and each phase that Gravitee offers."""
        for policy, form in FORMS.items():
            for phase in form.proxy:
                yield policy, form, "PROXY", phase
            for phase in form.message:
                yield policy, form, "MESSAGE", phase

    def test_all_policies(self) -> None:
        """Every policy that Gravitee has, too, is in the table."""
        own = {"event-filter", "event-limit", "event-redact", "event-transform"}
        own |= {"stream-limit", "shared-policy-group-policy"}
        self.assertEqual(sorted({*FORMS, *own}), sorted(POLICIES))

    def test_phases(self) -> None:
        """A policy is accepted with the defaults in each phase, or refused by name."""
        for policy, form, api_type, phase in self.offered():
            found = refusals(api(api_type, phase, policy, form.stored))
            if (policy, api_type, phase) in NOT_OFFERED:
                self.assertEqual(list(found), [f"flows[0].{phase}[0].policy"], policy)
                (message,) = found.values()
                self.assertIn(f"cannot be used in the phase {phase}", message)
            else:
                self.assertEqual(found, {}, (policy, api_type, phase))

    def test_members(self) -> None:
        """Every other value of a form is accepted, or refused at its place."""
        for policy, form, api_type, phase in self.offered():
            if (policy, api_type, phase) in NOT_OFFERED:
                continue
            for path, values in form.values.items():
                for value in values:
                    stored = changed(form.stored, path, value)
                    found = refusals(api(api_type, phase, policy, stored))
                    self.assertEqual(found, {}, (policy, path, value))
        for policy, other, location in REFUSED:
            (phase,) = FORMS[policy].proxy[:1]
            stored = {**FORMS[policy].stored, **other}
            found = refusals(api("PROXY", phase, policy, stored))
            expected = f"flows[0].{phase}[0].configuration.{location}"
            self.assertEqual(list(found), [expected], (policy, other))

    def test_effects(self) -> None:
        """Steps of the request do what they are for, with the defaults."""
        refused = {
            "http-signature": 401,
            "policy-basic-authentication": 401,
            "policy-interrupt": 500,
            "ssl-enforcement": 403,
        }
        passed = {
            "dynamic-routing": {},
            "ip-filtering": {},
            "policy-assign-attributes": {"a": "1"},
            "policy-request-validation": {},
            "rate-limit": {},
            "request-content-limit": {},
            "resource-filtering": {},
            "spike-arrest": {},
            "transform-headers": {},
        }
        for policy, status in refused.items():
            ended = interruption(build(policy, **FORMS[policy].stored), call())
            assert ended is not None, policy
            self.assertEqual(ended.status, status, policy)
        for policy, attributes in passed.items():
            made = call()
            ended = interruption(build(policy, **FORMS[policy].stored), made)
            self.assertIsNone(ended, policy)
            self.assertEqual(made.attributes, attributes, policy)
        made = call()
        build("policy-generate-jwt", **FORMS["policy-generate-jwt"].stored).on_request(
            made
        )
        self.assertIn("jwt.generated", made.attributes)
        made = call()
        build("quota", context(), **FORMS["quota"].stored).on_request(made)
        self.assertEqual(made.answer_headers["X-Quota-Remaining"], "1")
        made = call()
        build("mock", **FORMS["mock"].stored).on_request(made)
        assert made.respond is not None
        self.assertEqual(made.respond(made).status, 200)
        large = interruption(
            build("request-content-limit", limit=10), call(content_length=11)
        )
        assert large is not None
        self.assertEqual(large.status, 413)

    def test_other_effects(self) -> None:
        """Steps that wait, and steps for responses and events, take effect."""
        clock = Clock()
        waited = build("latency", context(clock), **FORMS["latency"].stored).on_request(
            call()
        )
        assert isinstance(waited, Deferred)
        self.assertNoResult(waited)
        clock.advance(0.1)
        self.assertIsNone(self.successResultOf(waited))
        answered = call(status=200)
        for policy in ("status-code", "transform-headers", "policy-assign-attributes"):
            build(policy, **FORMS[policy].stored).on_response(answered)
        assert answered.response is not None
        self.assertEqual(answered.response.status, 200)
        self.assertEqual(answered.attributes, {"a": "1"})
        for policy, attributes in (
            ("transform-headers", {}),
            ("policy-assign-attributes", {"a": "1"}),
        ):
            made = shaped(build(policy, **FORMS[policy].stored), event("x"))
            assert made is not None
            self.assertEqual(dict(made.attributes), attributes)
