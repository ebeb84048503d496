"""Tests of `relay.dialects.members`."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from relay.dialects.members import Made, camel_case
from tests.dialects.v2.definitions import members


class MembersTests(SynchronousTestCase):
    """Members are read by any spelling, and none is lost."""

    def test_spellings(self) -> None:
        """A member has one name, however it is written."""
        for written in ("path-operator", "path_operator", "pathOperator"):
            self.assertEqual(camel_case(written), "pathOperator")
            found = members({written: 1}, "flows[0]").take("pathOperator")
            assert found is not None
            self.assertEqual((found.value, found.at), (1, f"flows[0].{written}"))
        self.assertEqual(camel_case("_links"), "_links")

    def test_two_spellings(self) -> None:
        """They may say the same, and must not differ."""
        same = members({"flow_mode": "DEFAULT", "flowMode": "DEFAULT"})
        self.assertEqual(same.report.findings, [])
        other = members({"flow_mode": "DEFAULT", "flowMode": "BEST_MATCH"})
        (found,) = other.report.findings
        self.assertEqual((found.path, found.severity), ("flowMode", "severe"))

    def test_null_is_absent(self) -> None:
        """As in the management API."""
        one = members({"cors": None})
        self.assertNotIn("cors", one)
        one.finish()
        self.assertEqual(one.report.findings, [])

    def test_the_rest_is_reported(self) -> None:
        """What nobody reads is left out with a warning."""
        one = members({"name": "x", "colour": "red", "local": False}, "spec")
        one.take("name")
        one.finish()
        self.assertEqual(
            [(each.path, each.severity) for each in one.report.findings],
            [("spec.colour", "warning"), ("spec.local", "warning")],
        )

    def test_leave_out(self) -> None:
        """Only what holds anything is reported."""
        one = members({"pages": [], "members": [{"id": "x"}]})
        one.leave_out("is not kept", "pages", "members")
        one.finish()
        self.assertEqual([each.path for each in one.report.findings], ["members"])

    def test_wrong_shapes(self) -> None:
        """They are refused at their locations."""
        one = members({"a": 1, "b": 2, "c": [3], "d": "maybe", "e": 5})
        self.assertIsNone(one.object("a"))
        self.assertEqual(one.items("b"), [])
        self.assertEqual(one.objects("c"), [])
        self.assertTrue(one.flag("d", default=True))
        self.assertEqual(one.text("e"), "")
        self.assertEqual(
            [(each.path, each.severity) for each in one.report.findings],
            [(path, "severe") for path in ("a", "b", "c[0]", "d", "e")],
        )

    def test_flags(self) -> None:
        """As booleans and as text."""
        one = members({"a": True, "b": "false", "c": "TRUE"})
        self.assertEqual(
            [one.flag(name) for name in "abcd"], [True, False, True, False]
        )

    def test_origins(self) -> None:
        """What is copied has its location in the file."""
        one = members({"comment_required": True}, "plans[2]")
        made = Made("plans[0]", one.report, one.at)
        made.copy_all(one, "commentRequired", "absent")
        self.assertEqual(made.value, {"commentRequired": True})
        origins = one.report.origins
        self.assertEqual(
            origins.of("plans[0].commentRequired"), "plans[2].comment_required"
        )
        self.assertEqual(origins.of("plans[0].name"), "plans[2].name")
