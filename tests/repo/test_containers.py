"""The Dockerfile and the compose file."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import yaml
from twisted.trial.unittest import SynchronousTestCase

from relay.settings.schema import Settings, load
from tests.repo.tree import ROOT

DOCKERFILE = ROOT / "Dockerfile"
COMPOSE = ROOT / "etc" / "compose.yml"


def variables() -> dict[str, str]:
    """Return the variables that the image sets."""
    (block,) = re.findall(r"(?m)^ENV ((?:\\\n|.)*)$", DOCKERFILE.read_text())
    return dict(one.split("=", 1) for one in block.replace("\\\n", "").split())


def settings(environment: dict[str, str]) -> Settings:
    """Load the settings of a container."""
    return load(None, "/data", environment, {})


class DockerfileTests(SynchronousTestCase):
    """The image."""

    def test_the_linter_finds_nothing(self) -> None:
        """By hadolint, with its default rules."""
        hadolint = Path(sys.executable).with_name("hadolint")
        done = subprocess.run(
            [hadolint, DOCKERFILE], capture_output=True, text=True, check=False
        )
        self.assertEqual((done.returncode, done.stdout), (0, ""))

    def test_the_settings_are_accepted(self) -> None:
        """The access log goes to standard output, and all APIs have their ports."""
        found = settings(variables())
        self.assertEqual(found.log.access, "-")
        exposed = re.findall(r"(?m)^EXPOSE (.*)$", DOCKERFILE.read_text())[0].split()
        endpoints = [
            *(one.endpoint for one in found.gateway.listeners),
            found.management.endpoint,
            found.technical.endpoint,
        ]
        self.assertEqual([one.split(":")[1] for one in endpoints], exposed)

    def test_what_is_copied_reaches_the_builder(self) -> None:
        """The list of what is sent to the builder has each source of a COPY."""
        ignored = (ROOT / ".dockerignore").read_text().splitlines()
        sent = {line[1:] for line in ignored if line.startswith("!")}
        copied: set[str] = set()
        for line in re.findall(r"(?m)^COPY (?!--from)(.*)$", DOCKERFILE.read_text()):
            copied |= set(line.split()[:-1])
        self.assertEqual(copied, sent)
        self.assertEqual([one for one in copied if not (ROOT / one).exists()], [])


class ComposeTests(SynchronousTestCase):
    """The compose file."""

    def compose(self) -> Any:
        """Parse the file."""
        return yaml.safe_load(COMPOSE.read_text())

    def test_the_settings_are_accepted(self) -> None:
        """The container has time for the drain that they ask for."""
        service = self.compose()["services"]["relay"]
        given = {name: str(value) for name, value in service["environment"].items()}
        given["RELAY__TECHNICAL__TOKEN"] = ""
        found = settings({**variables(), **given})
        self.assertEqual(found.technical.hosts, ("relay",))
        grace_s = int(service["stop_grace_period"].removesuffix("s"))
        needed_ms = (
            found.drain.spread_ms
            + found.gateway.drain_timeout_ms
            + found.process.stop_timeout_ms
        )
        self.assertGreater(grace_s * 1000, needed_ms)

    def test_the_nodes_of_a_cluster(self) -> None:
        """Three nodes have the same store and engine, and a volume each."""
        services = self.compose()["services"]
        nodes = [services[f"node-{number}"] for number in (1, 2, 3)]
        url = "postgresql+psycopg://relay:secret@postgres/relay"
        for node in nodes:
            given = {name: str(value) for name, value in node["environment"].items()}
            given["RELAY__TECHNICAL__TOKEN"] = ""
            shown = given["RELAY__STORE__URL"]
            self.assertEqual(
                shown.replace("${RELAY_POSTGRES_PASSWORD:-}", "secret"), url
            )
            given["RELAY__STORE__URL"] = url
            found = settings({**variables(), **given})
            self.assertEqual(found.cluster.url, "redis://redis")
            for server in ("postgres", "redis"):
                self.assertIn(server, services)
                self.assertIn(server, node["depends_on"])
        self.assertEqual(len({node["volumes"][0] for node in nodes}), 3)

    def test_only_clients_reach_it_from_outside(self) -> None:
        """The ports of operators are bound to the loopback interface."""
        for name, service in self.compose()["services"].items():
            for port in service.get("ports", []):
                if port != "8082:8082":
                    self.assertTrue(port.startswith("127.0.0.1:"), f"{name} {port}")

    def test_mounted_files_exist(self) -> None:
        """Each file and directory of the checkout that a container mounts."""
        for service in self.compose()["services"].values():
            for volume in service.get("volumes", []):
                source = volume.split(":")[0]
                if source.startswith("."):
                    self.assertTrue((COMPOSE.parent / source).exists(), source)
