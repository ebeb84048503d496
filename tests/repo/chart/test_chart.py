"""The Helm chart: its documents are valid, and say what the daemon understands."""

from __future__ import annotations

import functools
import json
import os
import shutil
import subprocess
import tempfile
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import kubernetes_validate
import yaml
from twisted.trial.unittest import SkipTest, SynchronousTestCase

from relay import __version__
from relay.settings.schema import load
from relay.technical.health import Health
from tests.repo.tree import ROOT

CHART = ROOT / "etc" / "helm" / "relay"
GOCODE = "/usr/share/gocode"
VERSIONS = ("1.27", "1.37")
"""The oldest version of Kubernetes that the chart allows, and the newest known one."""


@functools.cache
def renderer() -> str:
    """Compile the program that renders templates."""
    go = shutil.which("go")
    if go is None or not os.path.isdir(f"{GOCODE}/src/github.com/Masterminds/sprig"):
        raise SkipTest("go and sprig (golang-github-masterminds-sprig-dev) are needed")
    directory = tempfile.mkdtemp(prefix="relay-chart-")
    program = f"{directory}/render"
    environment = {**os.environ, "GO111MODULE": "off", "GOPATH": GOCODE}
    environment |= {"GOCACHE": f"{directory}/cache", "GOFLAGS": ""}
    source = str(ROOT / "tests" / "repo" / "chart" / "render.go")
    subprocess.run([go, "build", "-o", program, source], env=environment, check=True)
    shutil.rmtree(f"{directory}/cache")
    return program


def merged(base: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    """Merge values as Helm does."""
    found = dict(base)
    for key, value in over.items():
        nested = isinstance(value, dict) and isinstance(found.get(key), dict)
        found[key] = merged(found[key], value) if nested else value
    return found


def render(**values: Any) -> subprocess.CompletedProcess[str]:
    """Render the chart with values over its own."""
    chart = yaml.safe_load((CHART / "Chart.yaml").read_text())
    data = {
        "Values": merged(yaml.safe_load((CHART / "values.yaml").read_text()), values),
        "Release": {"Name": "events", "Namespace": "stage", "Service": "Helm"},
        "Chart": {
            "Name": chart["name"],
            "Version": chart["version"],
            "AppVersion": chart["appVersion"],
        },
    }
    return subprocess.run(
        [renderer(), str(CHART)],
        input=json.dumps(data),
        capture_output=True,
        text=True,
        check=False,
    )


def documents(**values: Any) -> dict[str, dict[str, Any]]:
    """Render the chart, and return its documents by kind and name."""
    rendered = render(**values)
    if rendered.returncode:
        raise AssertionError(rendered.stderr)
    found = [one for one in yaml.safe_load_all(rendered.stdout) if one]
    return {f"{one['kind']}/{one['metadata']['name']}": one for one in found}


PASSWORD = {"admin": {"password": "correct horse"}}
FULL: dict[str, Any] = {
    **PASSWORD,
    "technicalToken": {"value": "0123456789abcdef"},
    "tls": {"secretName": "events-tls"},
    "serviceMonitor": {"enabled": True, "labels": {"release": "prometheus"}},
    "settings": "[limits]\nmax_exchanges = 1000\n",
    "service": {"annotations": {"a.example/b": "c"}},
    "persistence": {"storageClass": "fast"},
    "env": [{"name": "RELAY__LOG__FORMAT", "value": "json"}],
    "podAnnotations": {"a": "b"},
    "podLabels": {"c": "d"},
    "nodeSelector": {"e": "f"},
    "tolerations": [{"key": "g", "operator": "Exists"}],
    "affinity": {"nodeAffinity": {}},
    "priorityClassName": "high",
    "imagePullSecrets": [{"name": "registry"}],
}


class ChartTests(SynchronousTestCase):
    """The rendered documents."""

    def test_documents_are_valid(self) -> None:
        """Each fits the schema of its kind, of the oldest and the newest version."""
        for values in (PASSWORD, FULL):
            for name, document in documents(**values).items():
                if name.startswith("ServiceMonitor"):
                    continue
                for version in VERSIONS:
                    kubernetes_validate.validate(document, version, strict=True)

    def test_the_settings_are_accepted(self) -> None:
        """The settings file, and the variables of the container."""
        for values in (PASSWORD, FULL):
            found = documents(**values)
            text = found["ConfigMap/events"]["data"]["relay.toml"]
            path = Path(self.mktemp())
            path.write_text(text)
            container = self.container(found)
            variables = {
                one["name"]: one.get("value", "0123456789abcdef")
                for one in container["env"]
            }
            settings = load(str(path), "/data", variables, {})
            self.assertEqual(settings.drain.delay_ms, 5000)
            self.assertEqual(settings.drain.spread_ms, 30_000)
            self.assertIn("events-operations.stage.svc", settings.management.hosts)
            self.assertEqual(tomllib.loads(text) == {}, values is PASSWORD)

    def container(self, found: dict[str, dict[str, Any]]) -> dict[str, Any]:
        """Return the container of the pod."""
        pod = found["StatefulSet/events"]["spec"]["template"]["spec"]
        (container,) = pod["containers"]
        return dict(container)

    def test_the_probes_exist(self) -> None:
        """Their paths are those of the technical API, and their port is its port."""
        container = self.container(documents(**PASSWORD))
        ports = {one["name"]: one["containerPort"] for one in container["ports"]}
        routes = {
            f"/_node{one.relay_route.path}"
            for one in vars(Health).values()
            if hasattr(one, "relay_route")
        }
        for kind in ("startupProbe", "readinessProbe", "livenessProbe"):
            probe = container[kind]["httpGet"]
            self.assertIn(probe["path"].partition("?")[0], routes)
            self.assertEqual(ports[probe["port"]], 18082)
        probes = (ROOT / "relay" / "assembly" / "probes.py").read_text()
        asked = container["livenessProbe"]["httpGet"]["path"].partition("probes=")[2]
        for name in asked.split(","):
            self.assertIn(f'probes.add("{name}"', probes)

    def test_the_pod_has_no_rights(self) -> None:
        """It runs as a user, without capabilities, on a root file system to be read."""
        context = self.container(documents(**PASSWORD))["securityContext"]
        self.assertEqual(context["capabilities"], {"drop": ["ALL"]})
        self.assertTrue(context["readOnlyRootFilesystem"])
        self.assertFalse(context["allowPrivilegeEscalation"])

    def test_the_pod_has_time_to_drain(self) -> None:
        """The grace period is longer than the drain and the end of the process."""
        values = yaml.safe_load((CHART / "values.yaml").read_text())
        drain = values["drain"]["delaySeconds"] + values["drain"]["seconds"]
        self.assertGreaterEqual(values["terminationGracePeriodSeconds"], drain + 10)

    def test_secrets_are_required(self) -> None:
        """A missing password, or a missing token of a ServiceMonitor, is an error."""
        for values, words in (
            ({}, "admin.password"),
            ({**PASSWORD, "serviceMonitor": {"enabled": True}}, "technicalToken"),
        ):
            rendered = render(**values)
            self.assertEqual(rendered.returncode, 1)
            self.assertIn(words, rendered.stderr)

    def test_existing_secrets_are_used(self) -> None:
        """No secret is created beside them."""
        found = documents(
            admin={"existingSecret": "mine", "key": "pw"},
            technicalToken={"existingSecret": "theirs"},
        )
        self.assertEqual([name for name in found if name.startswith("Secret")], [])
        names = {
            one["valueFrom"]["secretKeyRef"]["name"]
            for one in self.container(found)["env"]
            if "valueFrom" in one
        }
        self.assertEqual(names, {"mine", "theirs"})

    def test_the_version_is_that_of_the_package(self) -> None:
        """The image that the chart takes by default is the one of this version."""
        chart = yaml.safe_load((CHART / "Chart.yaml").read_text())
        self.assertEqual(chart["appVersion"], __version__)
