"""Every guide, word for word, against a daemon of its own."""

from __future__ import annotations

from tests.repo.tree import ROOT
from tests.wire.guides.page import Reader
from tests.wire.harness.case import WireCase

STARTED = {"shared-policy-groups"}
"""Guides that expect a running daemon."""
ELSEWHERE = {"behind-a-proxy"}
"""Guides whose steps are run by test_proxies.py."""
ACCOUNTS = {"ABLY_KEY": "app.key:secret", "PROVIDER_KEY": "sk-secret"}
"""The keys of accounts that a reader has; no step calls their owners."""


class GuideTests(WireCase):
    """One test for each page."""

    def follow(self, name: str) -> None:
        """Follow a guide to its end."""
        reader = Reader(f"docs/guides/{name}.md", self.new_directory(), ACCOUNTS)
        reader.follow(start=name in STARTED)

    def test_ably(self) -> None:
        """One upstream for many clients."""
        self.follow("ably")

    def test_browser(self) -> None:
        """Pages of one origin read a stream."""
        self.follow("browser")

    def test_definitions_in_git(self) -> None:
        """Files are checked, compared and applied; a change elsewhere is reverted."""
        self.follow("definitions-in-git")

    def test_deploy_and_restart(self) -> None:
        """A deployment ends streams only if the source changes."""
        self.follow("deploy-and-restart")

    def test_llm_api(self) -> None:
        """Tokens behind keys, with limits."""
        self.follow("llm-api")

    def test_partner_keys(self) -> None:
        """Keys are issued, replaced and revoked."""
        self.follow("partner-keys")

    def test_record_and_replay(self) -> None:
        """A recording of a replay has the bytes of the recording."""
        self.follow("record-and-replay")

    def test_resume(self) -> None:
        """A durable topic continues after a crash."""
        self.follow("resume")

    def test_shared_policy_groups(self) -> None:
        """A group is created, deployed and changed."""
        self.follow("shared-policy-groups")

    def test_tls(self) -> None:
        """HTTP/2, a renewed certificate and mTLS."""
        self.follow("tls")

    def test_webhooks(self) -> None:
        """Events are delivered, refused and replayed."""
        self.follow("webhooks")

    def test_every_guide_has_a_test(self) -> None:
        """A new page is followed, too."""
        pages = {path.stem for path in (ROOT / "docs" / "guides").glob("*.md")}
        tested = {
            name.removeprefix("test_").replace("_", "-")
            for name in vars(type(self))
            if name.startswith("test_") and "every" not in name
        }
        self.assertEqual(pages - ELSEWHERE, tested)
