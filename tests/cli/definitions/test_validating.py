"""``relay validate`` and ``relay convert``."""

from __future__ import annotations

import json
import os
from pathlib import Path

from relay.dialects.document import read_documents
from tests.cli.config_case import ConfigCase
from tests.cli.definitions.made import api, application

VECTORS = Path(__file__).resolve().parents[4] / "shared" / "vectors" / "definitions"
APIS = ("automation", "crd-api-v4", "v2-paths", "v4-export", "v4-flat", "v4-gateway")
OFFLINE = {"RELAY_URL": "http://127.0.0.1:1", "RELAY_TOKEN": "abc"}


class ValidatingTests(ConfigCase):
    """Commands that read files only."""

    def setUp(self) -> None:
        """Write a directory with two definitions."""
        super().setUp()
        self.files = self.directory / "files"
        self.files.mkdir()
        (self.files / "orders.json").write_text(json.dumps(api("orders", colour=1)))
        (self.files / "shop.json").write_text(json.dumps(application("shop")))

    def test_valid(self) -> None:
        """The number of definitions is printed, and the warnings as notes."""
        status, out, err = self.call("validate", "-f", str(self.files))
        self.assertEqual((status, out), (0, "2 valid definitions\n"))
        self.assertEqual(
            err,
            f"Warning: {self.files}/orders.json:1: colour: unknown field; left out\n",
        )

    def test_valid_as_json(self) -> None:
        """Each definition, with its dialect and file."""
        options = ("-f", str(self.files), "--json", "--select", "kind=api")
        status, out, _ = self.call("validate", *options)
        shape = json.loads(out)
        self.assertEqual(status, 0)
        self.assertEqual(
            shape["definitions"],
            [
                {
                    "kind": "api",
                    "hrid": "orders",
                    "dialect": "automation",
                    "file": f"{self.files}/orders.json",
                }
            ],
        )
        self.assertEqual([one["path"] for one in shape["problems"]], ["colour"])

    def test_invalid(self) -> None:
        """The exit status is 1, and nothing is printed to the output."""
        path = self.files / "wrong.yaml"
        path.write_text("hrid: a\nname: A\nlisteners: 7\n")
        status, out, err = self.call("validate", "-f", str(self.files))
        self.assertEqual((status, out), (1, ""))
        self.assertIn(f"  {path}:3: listeners: ", err)
        status, out, err = self.call("--json", "validate", "-f", str(path))
        details = json.loads(err)["error"]["details"]
        self.assertIn(("listeners", 3), [(one["path"], one["line"]) for one in details])

    def test_a_selection_of_nothing(self) -> None:
        """It is refused, and the condition is named."""
        options = ("-f", str(self.files), "--select", "hrid=zzz")
        for command in (("validate",), ("convert", "--to", "crd")):
            status, out, err = self.call(*command, *options)
            self.assertEqual((status, out), (1, ""))
            self.assertIn("no definition matches --select hrid=zzz", err)

    def test_warnings_of_many_files(self) -> None:
        """Those about members of one name are one line; with --json, each is listed."""
        (self.files / "stock.json").write_text(json.dumps(api("stock", colour=1)))
        options = ("validate", "-f", str(self.files))
        self.assertEqual(
            self.call(*options)[2],
            f"Warning: {self.files}/orders.json:1: colour: unknown field; left out"
            " (and 1 more)\n",
        )
        shape = json.loads(self.call("--json", *options)[1])
        self.assertEqual(len(shape["problems"]), 2)

    def test_states_of_exports(self) -> None:
        """A state that is left aside is a warning if the API was started."""
        exported = api("orders")
        del exported["hrid"]
        plans = exported.pop("plans")
        for state, warned in (("STARTED", True), ("STOPPED", False)):
            exported |= {"definitionVersion": "V4", "state": state}
            path = self.directory / "export.json"
            path.write_text(json.dumps({"api": exported, "plans": plans}))
            for command in (("validate",), ("convert", "--to", "crd")):
                status, _, err = self.call(*command, "-f", str(path))
                self.assertEqual(status, 0)
                self.assertEqual("api.state: STARTED is the state on" in err, warned)

    def test_masks_are_refused(self) -> None:
        """Each mask of a server is a severe problem at its line."""
        document = api("orders")
        endpoint = document["endpointGroups"][0]["endpoints"][0]
        endpoint["configuration"]["target"] = "https://a.example/?key=********"
        path = self.files / "orders.json"
        path.write_text(json.dumps(document, indent=1))
        lines = path.read_text().splitlines()
        line = next(at for at, one in enumerate(lines, 1) if "********" in one)
        status, _, err = self.call("validate", "-f", str(path))
        self.assertEqual(status, 1)
        self.assertIn(
            f"{path}:{line}: endpointGroups[0].endpoints[0].configuration.target:"
            " is the mask of a secret",
            err,
        )
        path = self.files / "shop.json"
        path.write_text(json.dumps(application("shop", description="********")))
        status, _, err = self.call("validate", "-f", str(path))
        self.assertEqual(status, 1)
        self.assertIn("spec.description: is the mask of a secret", err)

    def test_variables_of_relay_fill_no_placeholder(self) -> None:
        """A password of the command is in no definition."""
        path = self.directory / "shop.json"
        text = "${{ env.RELAY_PASSWORD }}"
        path.write_text(json.dumps(application("shop", description=text)))
        self.patch_environment(RELAY_PASSWORD="hush-hush")
        status, out, err = self.call("convert", "--to", "crd", "-f", str(path))
        self.assertEqual((status, out), (1, ""))
        self.assertIn("RELAY_PASSWORD is not set in --env-file", err)
        self.assertNotIn("hush-hush", err)

    def test_converted_texts_are_escaped(self) -> None:
        """A text that looks like a placeholder is none in the result."""
        path = self.directory / "shop.json"
        text = "$${{ env.HOME }}"
        path.write_text(json.dumps(application("shop", description=text)))
        options = ("convert", "--to", "crd", "--json", "-f", str(path))
        status, out, _ = self.call(*options)
        self.assertEqual((status, json.loads(out)["spec"]["description"]), (0, text))

    def test_placeholders(self) -> None:
        """They are taken from the environment, or a file."""
        name = "${{ env.TEST_NAME }}"
        path = self.directory / "shop.json"
        path.write_text(json.dumps(application("shop", name=name)))
        values = self.directory / "values.env"
        values.write_text("TEST_NAME=Shop\n")
        others = self.directory / "others.env"
        others.write_text("TEST_OTHER=a\n")
        options = ("validate", "-f", str(path), "--env-file", str(others))
        status, _, err = self.call(*options)
        self.assertEqual(status, 1)
        self.assertIn("the variable TEST_NAME is not set", err)
        options = ("validate", "-f", str(path), "--env-file", str(values))
        self.assertEqual(self.call(*options)[0], 0)
        self.patch_environment(TEST_NAME="Shop")
        self.assertEqual(self.call("validate", "-f", str(path))[0], 0)

    def test_placeholders_without_values(self) -> None:
        """They are taken as texts that fit; the variables are noted."""
        document = api("orders", listeners=[], name="${{ env.TEST_NAME }}")
        configuration = document["endpointGroups"][0]["endpoints"][0]["configuration"]
        configuration["target"] = "${{ env.TEST_URL }}"
        path = self.directory / "orders.json"
        path.write_text(json.dumps(document))
        status, _, err = self.call("validate", "-f", str(path))
        self.assertEqual(status, 1)
        self.assertEqual(err.count(f"{path}:"), 1, err)
        self.assertIn("listeners", err)
        document["listeners"] = api("orders")["listeners"]
        path.write_text(json.dumps(document))
        status, out, err = self.call("validate", "-f", str(path))
        self.assertEqual((status, out), (0, "1 valid definition\n"))
        names = ["TEST_NAME", "TEST_URL"]
        self.assertEqual(err, f"2 variables have no value: {', '.join(names)}\n")
        options = ("--json", "validate", "-f", str(path))
        self.assertEqual(json.loads(self.call(*options)[1])["unset"], names)
        self.patch_environment(**OFFLINE)
        for command in ("diff", "apply"):
            status, _, err = self.call(command, "-f", str(path))
            self.assertEqual((status, err.count("is not set")), (1, 2), command)

    def test_converted(self) -> None:
        """The result is read again, and is the same in its own dialect."""
        for name in ("crd", "automation"):
            options = ("--to", name, "-f", str(self.files))
            status, out, _ = self.call("convert", *options)
            self.assertEqual(status, 0)
            self.assertEqual(len(read_documents(out.encode())), 2)
            if name == "crd":
                path = self.directory / f"{name}.yaml"
                path.write_text(out)
                again = self.call("convert", "--to", name, "-f", str(path))
                self.assertEqual(again, (0, out, ""))

    def test_converted_to_json(self) -> None:
        """One definition is an object."""
        path = self.files / "orders.json"
        status, out, _ = self.call("--json", "convert", "--to", "v4", "-f", str(path))
        self.assertEqual((status, json.loads(out)["api"]["name"]), (0, "Orders"))

    def test_definitions_of_others(self) -> None:
        """A file of each dialect is converted to each dialect, and read again."""
        if not VECTORS.is_dir():
            self.skipTest(f"there are no files in {VECTORS}")
        expected = json.loads((VECTORS / "expected.json").read_text())
        files = {
            wanted["dialect"]: name
            for name, wanted in expected.items()
            if wanted["result"] != "refused" and wanted["dialect"] in APIS
        }
        self.assertEqual(sorted(files), sorted(APIS))
        for name in files.values():
            for to in ("v4", "crd", "automation"):
                options = ("--to", to, "-f", str(VECTORS / name))
                status, out, err = self.call("convert", *options)
                self.assertEqual(status, 0, f"{name}: {err}")
                path = self.directory / "converted.yaml"
                path.write_text(out)
                status, _, err = self.call("validate", "-f", str(path))
                self.assertEqual(status, 0, f"{name} as {to}: {err}")

    def test_no_server(self) -> None:
        """None is called, and no profile is read."""
        self.patch_environment(**OFFLINE)
        os.makedirs(self.directory / "relay")
        (self.directory / "relay" / "profiles.json").write_text("{")
        self.assertEqual(self.call("validate", "-f", str(self.files))[0], 0)
