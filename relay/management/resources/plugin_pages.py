"""The pages of documentation of plugins, made from the schemas of their options."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

Schema = Mapping[str, Any]


def page(name: str, schema: Schema) -> str:
    """
    Write the documentation of a plugin.

    :param name: of the plugin.
    :param schema: the JSON Schema of its configuration.
    :returns: Markdown: the description and a table of the options.
    """
    lines = [f"# {name}", ""]
    if text := description(schema):
        lines += [text, ""]
    rows = list(_rows(schema, schema, "", ()))
    if not rows:
        lines.append("There are no options.")
    else:
        lines += [
            "| option | type | default | description |",
            "|---|---|---|---|",
            *rows,
        ]
    return "\n".join([*lines, ""])


def description(schema: Schema) -> str:
    """Return the description of what a schema describes, as Markdown."""
    text = " ".join(str(schema.get("description", "")).split())
    return text.replace("``", "`")


def _rows(
    root: Schema, holder: Schema, at: str, within: tuple[str, ...]
) -> Iterator[str]:
    required = holder.get("required", ())
    for name, member in holder.get("properties", {}).items():
        named, one = _resolved(root, member)
        default = "required" if name in required else _default(member)
        told = description(member) or description(one)
        cells = (f"`{at}{name}`", _type(root, one), default, told)
        yield "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"
        below, inner = f"{at}{name}.", one
        if one.get("type") == "array":
            named, inner = _resolved(root, one.get("items", {}))
            below = f"{at}{name}[]."
        if named not in within:
            yield from _rows(root, inner, below, (*within, *filter(None, (named,))))


def _resolved(root: Schema, member: Schema) -> tuple[str, Schema]:
    """Follow a reference; of several forms take the first that is not null."""
    for form in member.get("anyOf", ()):
        if form.get("type") != "null":
            return _resolved(root, form)
    if "$ref" not in member:
        return "", member
    name = str(member["$ref"]).rpartition("/")[2]
    return name, root["$defs"][name]


def _type(root: Schema, one: Schema) -> str:
    if "enum" in one:
        return ", ".join(f"`{word}`" for word in one["enum"])
    if "const" in one:
        return f"`{one['const']}`"
    if one.get("type") == "array":
        return f"list of {_type(root, _resolved(root, one.get('items', {}))[1])}"
    return str(one.get("type", "any"))


def _default(member: Schema) -> str:
    default = member.get("default")
    if default is None or isinstance(default, Mapping):
        return ""
    return f"`{json.dumps(default, ensure_ascii=False)}`"
