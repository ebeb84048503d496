"""A caller with a certificate of an application is admitted."""

from __future__ import annotations

import datetime
from typing import Any
from urllib.parse import quote

from OpenSSL import crypto
from twisted.trial.unittest import SynchronousTestCase

from relay.model.consumers.certificates import thumbprint
from relay.model.consumers.records import Entitlement
from relay.plans.caller import Caller
from relay.plans.consumers import Consumers
from relay.plans.mtls import INVALID, mtls_plan
from relay.plans.verdict import UNRESOLVED, Admission
from tests.pki import Authority, Issued
from tests.plans.callers import caller, plan_context

AUTHORITY = Authority()
MINE, OTHER = AUTHORITY.client("mine"), AUTHORITY.client("other")
NOW = datetime.datetime.now(datetime.UTC)


class MtlsTests(SynchronousTestCase):
    def setUp(self) -> None:
        """Know one subscription with its certificate."""
        self.consumers = Consumers()
        self.subscribe()

    def subscribe(self, issued: Issued = MINE, **dates: int) -> None:
        """Set the subscription."""
        one = Entitlement(
            "sub",
            "api-1",
            "p",
            "app",
            dates.get("starts"),
            dates.get("ends"),
            certificate=thumbprint(issued.certificate),
        )
        self.consumers.apply({"sub": one})

    def over_tls(self, issued: Issued | None) -> Caller:
        """Call over TLS, with a certificate or without one."""

        class Transport:
            def getPeerCertificate(self) -> Any:
                if issued is None:
                    return None
                return crypto.X509.from_cryptography(issued.certificate)

        asking = caller()
        asking.transport = Transport()
        return asking

    def verdict(self, asking: Caller, later: datetime.timedelta | None = None) -> Any:
        """Ask the plan; None when it is not for the caller."""
        now = NOW + (later or datetime.timedelta())
        context = plan_context(self.consumers, int(now.timestamp() * 1000))
        security = {"type": "MTLS", "configuration": {}}
        plan = mtls_plan.build({"id": "p", "security": security}, context)
        credential = plan.find(asking)
        if credential is None:
            return None
        plan.strip(asking)
        return plan.admit(asking, credential)

    def test_let_in(self) -> None:
        """A caller is admitted until the certificate or the subscription ends."""
        admission = self.verdict(self.over_tls(MINE))
        assert isinstance(admission, Admission)
        self.assertEqual(admission.application_id, "app")
        self.assertTrue(admission.ambient)
        subscription, certificate, validity = admission.grants
        self.assertEqual(subscription.key, "subscription:sub:p")
        digest = thumbprint(MINE.certificate)
        self.assertEqual(certificate.key, f"certificate:sub:{digest}")
        ends = MINE.certificate.not_valid_after_utc.timestamp() * 1000
        self.assertEqual(validity.expires_at_ms, ends)

    def test_refused(self) -> None:
        """Another certificate, and a subscription that is not in force, are refused."""
        self.assertEqual(self.verdict(self.over_tls(OTHER)), UNRESOLVED)
        now_ms = int(NOW.timestamp() * 1000)
        self.subscribe(ends=now_ms)
        self.assertEqual(self.verdict(self.over_tls(MINE)), UNRESOLVED)
        self.subscribe(OTHER)
        self.assertEqual(self.verdict(self.over_tls(MINE)), UNRESOLVED)

    def test_without_a_certificate(self) -> None:
        """The plan is not for such callers."""
        self.assertIsNone(self.verdict(caller()))
        self.assertIsNone(self.verdict(self.over_tls(None)))

    def test_validity(self) -> None:
        """An expired or early certificate of a proxy is refused."""
        for days in (-2, 366):
            later = datetime.timedelta(days=days)
            self.assertEqual(self.verdict(self.over_tls(MINE), later), INVALID)

    def test_proxies(self) -> None:
        """The header of a trusted proxy is accepted, and no other."""
        for trusted, expected in ((True, True), (False, False)):
            asking = caller(ssl_client_cert=quote(MINE.certificate_pem))
            asking.trusted = trusted
            asking.certificate_header = b"ssl-client-cert"
            found = self.verdict(asking)
            self.assertEqual(isinstance(found, Admission), expected)

    def test_replaced(self) -> None:
        """Streams end when the application has another certificate."""
        told: list[str] = []

        class Watching:
            def revoked(self, key: str) -> None:
                told.append(key)

            def moved(self, grant: object) -> None:
                """Do nothing."""

            def plan_closed(self, plan_id: str) -> None:
                """Do nothing."""

        self.consumers.watchers.append(Watching())
        self.subscribe(OTHER)
        digest = thumbprint(MINE.certificate)
        self.assertEqual(told, [f"certificate:sub:{digest}"])
        self.assertIsInstance(self.verdict(self.over_tls(OTHER)), Admission)
