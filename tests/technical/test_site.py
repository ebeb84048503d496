"""The site of the technical API; with a real daemon in tests/wire/operate."""

from __future__ import annotations

from dataclasses import replace

from relay.management.http.routing import Families
from relay.model.secrets import Masking
from relay.observability.probes import Probes
from relay.technical.health import Health
from relay.technical.site import TechnicalSite
from tests.management.harness import (
    ADMIN,
    READ_HEADERS,
    SESSION_COOKIE,
    ManagementCase,
    reactor,
    with_other_bytes,
)


class HeaderBytesTests(ManagementCase):
    """Headers that are not UTF-8."""

    async def listen(self) -> None:
        """Serve the technical API, whose probes are open."""
        technical = replace(self.settings.technical, open_probes=True)
        self.site = TechnicalSite(  # type: ignore[assignment]
            replace(self.settings, technical=technical),
            lambda: [],
            self.authenticator,
            reactor,
            Families(
                Masking(self.catalog.type_of), Health(Probes(reactor), lambda: {})
            ),
        )
        await super().listen()

    async def test_a_header_that_is_not_utf_8_is_no_internal_error(self) -> None:
        """Each header, with and without credentials, at every kind of path."""
        authorization = f"Authorization: {ADMIN['Authorization']}"
        for method, path in (
            ("GET", "/_node/ready"),
            ("GET", "/_node/health"),
            ("POST", "/_node/ready"),
            ("GET", "/"),
        ):
            for name in READ_HEADERS:
                for line in (authorization, SESSION_COOKIE, "X: y"):
                    sent = with_other_bytes(method, path, name, line)
                    answer = await self.raw(sent)
                    status = answer[: len(b"HTTP/1.1 500")]
                    self.assertRegex(status, rb"^HTTP/1\.1 [234]", (sent, answer))
        self.assertEqual(self.flushLoggedErrors(), [])
