"""Limits of the system."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from twisted.trial.unittest import SynchronousTestCase

from relay.cli.doctor.finding import Finding
from relay.cli.doctor.limits import check_limits
from relay.settings.schema import Settings

SETTINGS = Settings("/srv")
PLENTY = 2**33


class LimitTests(SynchronousTestCase):
    """What is found about them."""

    def system(self, somaxconn: str, ports: str) -> Path:
        """Write parameters of the network."""
        root = Path(self.mktemp())
        for name, text in (
            ("core/somaxconn", somaxconn),
            ("ipv4/ip_local_port_range", ports),
        ):
            (root / name).parent.mkdir(parents=True)
            (root / name).write_text(f"{text}\n")
        return root

    def findings(
        self,
        settings: Settings = SETTINGS,
        memory: int = PLENTY,
        files: int = 65_536,
        somaxconn: str = "4096",
        ports: str = "32768\t60999",
    ) -> dict[str, Finding]:
        """Check a system."""
        system = self.system(somaxconn, ports)
        found = check_limits(settings, memory, files, system)
        return {one.check: one for one in found}

    def test_enough(self) -> None:
        """Nothing is wrong."""
        self.assertEqual({one.level for one in self.findings().values()}, {"ok"})

    def test_open_files(self) -> None:
        """The number of streams is compared with what the settings allow."""
        few = self.findings(files=1024)["open files"]
        self.assertEqual(few.level, "warning")
        self.assertIn("LimitNOFILE", few.advice)
        limits = replace(SETTINGS.limits, max_exchanges=50_000)
        settings = replace(SETTINGS, limits=limits)
        found = self.findings(settings)["open files"]
        self.assertEqual(found.level, "error")
        self.assertIn("50000", found.found)

    def test_memory(self) -> None:
        """A small limit of a container is reported."""
        self.assertEqual(self.findings(memory=2**27)["memory"].level, "warning")

    def test_backlog(self) -> None:
        """The system must queue what the listeners ask for."""
        found = self.findings(somaxconn="128")["somaxconn"]
        self.assertEqual(found.level, "warning")
        self.assertIn("net.core.somaxconn=4096", found.advice)

    def test_ephemeral_ports(self) -> None:
        """There must be enough, and no listener's among them."""
        found = self.findings(ports="32768\t40000")["ephemeral ports"]
        self.assertEqual(found.level, "warning")
        found = self.findings(ports="1024\t65535")["ephemeral ports"]
        self.assertEqual(found.level, "warning")
        self.assertIn("ip_local_reserved_ports=8082, 8083, 18082", found.advice)

    def test_another_system(self) -> None:
        """What it does not have is not checked."""
        found = check_limits(SETTINGS, PLENTY, 65_536, Path("/nowhere"))
        self.assertEqual([one.check for one in found], ["open files", "memory"])
