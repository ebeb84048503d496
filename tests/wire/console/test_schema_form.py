"""Forms that are made from JSON Schemas, for every schema that there is."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from jsonschema import Draft202012Validator
from playwright.sync_api import expect

from relay.catalog import Kind
from relay.installed import find_installed
from relay.model.documents import DOCUMENTS, json_schema
from tests.wire.console.case import ConsoleCase

_SHOW = """async ([schema, value, errors]) => {
  const form = document.createElement("relay-schema-form");
  Object.assign(form, { schema, value, errors });
  document.body.replaceChildren(form);
  await form.updateComplete;
}"""
_FILL = """async () => {
  const form = document.querySelector("relay-schema-form");
  const done = new Set();
  const first = (selector) =>
    [...form.querySelectorAll(selector)].find((one) => !done.has(one.id));
  for (;;) {
    await form.updateComplete;
    const closed = form.querySelector("details:not([open])");
    if (closed) {
      await new Promise((fulfil) => {
        closed.addEventListener("toggle", fulfil, { once: true });
        closed.querySelector("summary").click();
      });
      continue;
    }
    const add = first("button[aria-label^='Add: ']");
    if (add) {
      done.add(add.id);
      add.click();
      continue;
    }
    const control = first("input, select, textarea");
    if (!control) return form.value;
    done.add(control.id);
    if (control.type === "checkbox") control.click();
    else if (control.tagName === "SELECT") {
      control.selectedIndex = control.options.length - 1;
      control.dispatchEvent(new Event("change"));
    } else {
      const text = control.closest("relay-json-editor") ? "{}" : "1.2";
      control.value = control.type === "number" ? control.min || "1" : text;
      control.dispatchEvent(new Event("input"));
    }
  }
}"""
"""Opens each part, adds an item to each list, and enters something in each field."""
_VERDICTS = """async (values) => {
  const form = document.querySelector("relay-schema-form");
  const verdicts = [];
  for (const value of values) {
    form.value = {};
    await form.updateComplete;
    const text = form.querySelector(".schema-json textarea");
    text.value = JSON.stringify(value);
    text.dispatchEvent(new Event("input"));
    await form.updateComplete;
    verdicts.push(form.valid);
  }
  return verdicts;
}"""
"""Enters values as JSON, and returns whether the form finds no mistake in each."""
WRONG: tuple[object, ...] = ([], {}, 10**12, -(10**12), "", "\u00e9?", None, True)
"""Values, each of which is wrong for most fields."""


def schemas() -> Iterator[tuple[str, dict[str, Any]]]:
    """List the schemas of all types, and of documents, with a name of each."""
    catalog = find_installed().catalog
    families: tuple[tuple[Kind, Any], ...] = (
        ("endpoint", catalog.endpoints),
        ("shared", catalog.endpoints),
        ("entrypoint", catalog.entrypoints),
        ("subscription", catalog.entrypoints),
        ("plan", catalog.plans),
        ("policy", catalog.policies),
        ("resource", catalog.resources),
    )
    for kind, types in families:
        for id in types:
            try:
                yield f"{kind} {id}", catalog.schema(kind, id)
            except LookupError:
                continue
    for name, model in DOCUMENTS.items():
        yield name, json_schema(model)


def editable(schema: dict[str, Any]) -> set[str]:
    """Return the members that a form has a field for before they are set."""
    return {
        name
        for name, member in schema.get("properties", {}).items()
        if not member.get("deprecated") and "const" not in member
    }


class SchemaFormTests(ConsoleCase):
    """A form by itself, on a page without anything else."""

    def setUp(self) -> None:
        """Open a page that loads forms."""
        super().setUp()
        page = self.open(f"/apis/{self.api()}/failover")
        expect(page.locator("relay-schema-form")).to_be_visible()

    def show(
        self, schema: dict[str, Any], value: object = None, errors: object = ()
    ) -> None:
        """Show a form in place of the console."""
        self.page.evaluate(_SHOW, [schema, value or {}, list(errors)])  # type: ignore[call-overload]

    @property
    def value(self) -> Any:
        """What the form has now."""
        return self.page.evaluate("document.querySelector('relay-schema-form').value")

    def test_every_schema(self) -> None:
        """
        A form of each schema has a field for each member that has an effect, and what
        is entered in all of them is valid for the schema.
        """
        for name, schema in schemas():
            with self.subTest(name):
                self.show(schema)
                value = self.page.evaluate(_FILL)
                errors = [
                    f"{list(one.absolute_path)}: {one.message}"
                    for one in Draft202012Validator(schema).iter_errors(value)
                ]
                self.assertEqual(errors, [], name)
                self.assertEqual(editable(schema) - set(value), set(), name)
                expect(self.page.locator("[aria-invalid=true]")).to_have_count(0)

    def test_verdicts(self) -> None:
        """The form finds a mistake in a value where the schema does."""
        different = []
        for name, schema in schemas():
            self.show(schema)
            if not schema.get("properties"):
                continue
            self.page.get_by_role("button", name="Show JSON").click()
            judge = Draft202012Validator(schema)
            values = [
                {member: wrong} for member in schema["properties"] for wrong in WRONG
            ]
            verdicts = self.page.evaluate(_VERDICTS, values)
            different += [
                (name, value, verdict)
                for value, verdict in zip(values, verdicts, strict=True)
                if verdict != judge.is_valid(value)
            ]
        self.assertEqual(different, [])

    def test_only_what_is_set(self) -> None:
        """Defaults are shown and not part of the value; an emptied field is unset."""
        self.show(find_installed().catalog.schema("shared", "http-proxy"))
        self.page.locator("summary", has_text="The HTTP client").click()
        field = self.page.get_by_label("Read timeout")
        expect(field).to_have_attribute("placeholder", "10000")
        self.assertEqual(self.value, {})
        field.fill("70000")
        expect(self.page.get_by_text("= 1 min 10 s")).to_be_visible()
        self.page.get_by_role("switch", name="Enable keep-alive").click()
        self.assertEqual(
            self.value, {"http": {"readTimeout": 70000, "keepAlive": False}}
        )
        field.fill("0")
        expect(self.page.get_by_text("must be at least 1")).to_be_visible()
        field.fill("")
        self.page.get_by_role("button", name="Enable keep-alive: use default").click()
        self.assertEqual(self.value, {})

    def test_members_for_some_values(self) -> None:
        """A member that is for another type of its object is shown for this type."""
        schema = find_installed().catalog.schema("shared", "http-proxy")
        self.show(schema, {"ssl": {"keyStore": {"alias": "left"}}})
        alias = self.page.get_by_label("Alias")
        expect(alias).to_have_value("left")
        path = self.page.get_by_label("Cert path")
        expect(path).to_have_count(0)
        self.page.get_by_label("Type").last.select_option("PEM")
        expect(path).to_be_visible()
        alias.fill("")
        expect(alias).to_have_count(0)

    def test_lists(self) -> None:
        """Items are added, moved and removed; a list can be empty on purpose."""
        self.show(find_installed().catalog.schema("policy", "transform-headers"))
        page = self.page
        for name in ("a", "b"):
            page.get_by_role("button", name="Add: Remove headers").click()
            page.get_by_role("textbox", name="Remove headers").last.fill(name)
        page.get_by_role("button", name="Move up: Remove headers 2").click()
        self.assertEqual(self.value, {"removeHeaders": ["b", "a"]})
        page.get_by_role("button", name="Remove: Remove headers 1").click()
        self.assertEqual(self.value, {"removeHeaders": ["a"]})
        self.show(find_installed().catalog.schema("shared", "memory"))
        page.locator("summary", has_text="Channel").click()
        page.locator("summary", has_text="Key").click()
        page.get_by_role("button", name="Add: Headers").click()
        page.get_by_role("button", name="Remove all").click()
        self.assertEqual(self.value, {"channel": {"key": {"headers": []}}})

    def test_secrets(self) -> None:
        """A secret is concealed, and kept where the server has sent its mask."""
        schema = find_installed().catalog.schema("shared", "http-proxy")
        kept = {"headers": [{"name": "X-Key", "value": "********"}]}
        self.show(schema, kept)
        field = self.page.get_by_role("textbox", name="Value")
        expect(field).to_have_attribute("type", "password")
        expect(field).to_have_attribute("placeholder", "unchanged")
        expect(field).to_have_value("")
        field.fill("new")
        self.assertEqual(self.value["headers"][0]["value"], "new")
        self.page.get_by_role("button", name="Show Value").click()
        expect(field).to_have_attribute("type", "text")
        field.fill("")
        self.assertEqual(self.value, kept)

    def test_json(self) -> None:
        """The form and the JSON beside it are one value; mistakes have a line."""
        self.show(find_installed().catalog.schema("policy", "rate-limit"))
        page = self.page
        page.get_by_role("button", name="Show JSON").click()
        text = page.get_by_label("JSON", exact=True)
        text.fill('{"rate": {\n  "limit": 5,\n  "periodTime": 2,}}')
        expect(page.get_by_text("line 3")).to_be_visible()
        text.fill('{"rate": {\n  "limit": 5,\n  "periodTime": "soon"}}')
        mistake = page.get_by_role("listitem").filter(has_text="rate.periodTime")
        expect(mistake).to_have_text("Line 3: rate.periodTime must be a whole number")
        text.fill('{"rate": {"limit": 5, "periodTime": 2}}')
        expect(page.get_by_label("Limit", exact=True)).to_have_value("5")
        page.get_by_label("Limit", exact=True).fill("6")
        expect(text).to_have_value(
            '{\n  "rate": {\n    "limit": 6,\n    "periodTime": 2\n  }\n}'
        )

    def test_refusals(self) -> None:
        """What the server refuses stands at its field until the field changes."""
        schema = find_installed().catalog.schema("shared", "http-proxy")
        refused = {"location": "http.idleTimeout", "message": "is too clever"}
        self.show(schema, {}, [refused, {"location": "ssl", "message": "is odd"}])
        field = self.page.get_by_label("Idle timeout")
        expect(field).to_have_attribute("aria-invalid", "true")
        expect(self.page.get_by_text("is too clever")).to_be_visible()
        expect(self.page.get_by_text("is odd")).to_be_visible()
        expect(self.page.get_by_text("1 mistake")).to_have_count(2)
        field.fill("5")
        expect(self.page.get_by_text("is too clever")).to_have_count(0)
