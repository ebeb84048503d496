"""Reading definitions from files, with the problems in them."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from relay.cli.definitions.definition import Key
from relay.cli.definitions.files import Source
from relay.cli.definitions.reading import Invalids, read_definitions
from tests.cli.definitions.made import (
    api,
    application,
    policy_group,
    read,
    subscription,
)
from tests.installed import CATALOG


class ReadingTests(SynchronousTestCase):
    """What is read, and what is refused."""

    def lines(self, *documents: dict[str, object], **options: object) -> list[str]:
        """Return the lines of the error for documents that are refused."""
        error = self.assertRaises(Invalids, read, *documents, **options)
        return list(error.lines)

    def test_all_kinds(self) -> None:
        """They come in the order in which they depend on each other."""
        found = read(
            subscription("a-b", "orders", "shop", "open"),
            api("orders"),
            application("shop"),
            policy_group("limits"),
        ).found
        self.assertEqual(
            [one.key for one in found],
            [
                Key("shared-policy-group", "limits"),
                Key("application", "shop"),
                Key("api", "orders"),
                Key("subscription", "a-b", "orders"),
            ],
        )
        self.assertEqual(
            found[-1].body,
            {"hrid": "a-b", "applicationHrid": "shop", "planHrid": "open"},
        )

    def test_a_missing_hrid(self) -> None:
        """It is derived from the name, as the server does."""
        document = api("orders", name="Orders of Today")
        del document["hrid"]
        document["definitionVersion"] = "V4"
        (found,) = read(document).found
        self.assertEqual(found.key.hrid, "orders-of-today")

    def test_names_that_are_no_hrids(self) -> None:
        """The key of a plan in a resource becomes the hrid of the plan."""
        (found,) = read(subscription("a", "orders", "shop", "Building staff")).found
        self.assertEqual(found.body["planHrid"], "building-staff")

    def test_problems_of_all_files(self) -> None:
        """Each has the file, the line and the field."""
        wrong = api("orders", type="FTP")
        wrong["plans"][0]["security"]["type"] = "NONE"
        lines = self.lines(
            wrong,
            application("shop", settings={"tls": {"clientCertificate": "x"}}),
            subscription("a-b", "orders", "", "open"),
            policy_group("limits", phase="SLEEP"),
            api("not a hrid"),
        )
        self.assertTrue(all(".json:" in line for line in lines), lines)
        for expected in (
            "0.json:5: type: ",
            "0.json: plans[0].security.type",
            "1.json:9: spec.settings.tls.clientCertificate: ",
            "2.json:13: spec.application.name: must be a name",
            "3.json:10: spec.phase: ",
            "4.json:2: hrid: must be a hrid, like orders-v2",
        ):
            name, _, rest = expected.partition(": ")
            file = name.partition(":")[0]
            self.assertTrue(
                any(line.startswith(file) and (rest or name) in line for line in lines),
                (expected, lines),
            )

    def test_warnings(self) -> None:
        """What has no meaning is left out and reported."""
        definitions = read(api("orders", colour="red"), application("shop", size=1))
        self.assertEqual(
            [str(one) for one in definitions.problems],
            [
                "0.json:47: colour: unknown field; left out",
                "1.json:9: spec.size: unknown field; left out",
            ],
        )
        for one in definitions.found:
            self.assertFalse({"colour", "size"} & set(one.body))

    def test_waived(self) -> None:
        """A severe problem is left out if its location is waived, in every file."""
        flow = {"name": "a", "request": [{"policy": "groovy", "name": "x"}]}
        wrong, other = api("orders", flows=[flow]), api("stock")
        (line,) = self.lines(wrong, other)
        self.assertIn("flows[0].request[0]", line)
        path = "flows[0].request[0]"
        definitions = read(wrong, other, waived=(path,))
        self.assertEqual(definitions.found[0].body["flows"][0]["request"], [])
        self.assertIn("left out", str(definitions.problems[0]))
        self.assertEqual(
            self.lines(other, waived=(path,)),
            [f"--waive: {path}: there is no such problem"],
        )

    def test_placeholders(self) -> None:
        """They are filled in before the definition is checked."""
        document = api("orders")
        endpoint = document["endpointGroups"][0]["endpoints"][0]
        endpoint["configuration"]["target"] = "https://${{ env.HOST }}/a"
        (found,) = read(document, HOST="events.example").found
        (group,) = found.body["endpointGroups"]
        target = group["endpoints"][0]["configuration"]["target"]
        self.assertEqual(target, "https://events.example/a")
        place = "endpointGroups[0].endpoints[0].configuration.target"
        problem = f"0.json:31: {place}: the variable HOST is not set"
        self.assertIn(problem, self.lines(document))

    def test_doubles(self) -> None:
        """Two definitions of one object are refused; both files are named."""
        (line,) = self.lines(api("orders"), api("orders"), application("orders"))
        self.assertEqual(line, "1.json:1: api orders is defined in 0.json:1, too")

    def test_broken_files(self) -> None:
        """The other files are read."""
        sources = [Source("a.json", b'{"a":\n [}'), Source("b.yaml", b"")]
        error = self.assertRaises(Invalids, read_definitions, sources, CATALOG, {})
        self.assertEqual(len(error.lines), 2)
        self.assertTrue(error.lines[0].startswith("a.json:2"), error.lines)
        self.assertEqual(error.to_json()["details"][1]["file"], "b.yaml")
