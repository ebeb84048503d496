"""The pages of documentation of plugins, made from the schemas of their options."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from relay.catalog import PluginType

Schema = Mapping[str, Any]


def page(name: str, purpose: str, schema: Schema) -> str:
    """
    Write the documentation of a plugin.

    :param name: of the plugin.
    :param purpose: what the plugin is for, as Markdown.
    :param schema: the JSON Schema of its configuration.
    :returns: Markdown: the description and a table of the options.
    """
    lines = [f"# {name}", ""]
    if purpose:
        lines += [purpose, ""]
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
    return _markdown(str(schema.get("description", "")))


def sentence(plugin: PluginType) -> str:
    """Return what a plugin is for, as Markdown."""
    return _markdown(plugin.description or plugin.configuration.__doc__ or "")


def _markdown(text: str) -> str:
    return " ".join(text.split()).replace("``", "`")


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
    named = str(one.get("type", "any"))
    return f"{named}, in {one['x-unit']}" if "x-unit" in one else named


def _default(member: Schema) -> str:
    default = member.get("default")
    if default is None or isinstance(default, Mapping):
        return ""
    return f"`{json.dumps(default, ensure_ascii=False)}`"
