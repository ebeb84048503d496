"""The page of the OpenAPI document: HTML without scripts, all from this daemon."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterator
from functools import cache
from html import escape
from pathlib import Path
from typing import Any

from relay.management.openapi.operation import Json

METHODS = ("get", "post", "put", "patch", "delete")
_URL = "http://localhost:8083"
_BODY = "application/json"


@cache
def style() -> str:
    """Return the style sheet, which the page contains."""
    return (Path(__file__).parent / "page.css").read_text(encoding="utf-8")


def style_hash() -> str:
    """Return the source of the style in a content security policy."""
    digest = hashlib.sha256(style().encode()).digest()
    return f"sha256-{base64.b64encode(digest).decode()}"


def page(document: Json) -> str:
    """
    Write the page.

    :param document: of :func:`relay.management.openapi.document.document`.
    :returns: HTML.
    """
    info = document["info"]
    parts = [
        '<!doctype html><html lang="en"><head><meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        f"<title>{escape(info['title'])}</title><style>{style()}</style></head><body>",
        f"<header><h1>{escape(info['title'])} <small>{escape(info['version'])}</small>",
        "</h1>",
        *(f"<p>{_text(one)}</p>" for one in info["description"].split("\n\n")),
        '<p>The document: <a href="openapi.json">openapi.json</a>, OpenAPI '
        f"{escape(document['openapi'])}.</p></header>",
        "<nav><h2>Contents</h2><ul>",
    ]
    parts += [
        f'<li><a href="#{_slug(tag["name"])}">{escape(tag["x-displayName"])}</a></li>'
        for tag in document["tags"]
    ]
    parts.append('<li><a href="#schemas">Schemas</a></li></ul></nav><main>')
    for tag in document["tags"]:
        parts.append(f'<section id="{_slug(tag["name"])}">')
        parts.append(f"<h2>{escape(tag['x-displayName'])}</h2>")
        parts.append(f"<p>{_text(tag['description'])}</p>")
        for path, methods in document["paths"].items():
            for method in METHODS:
                if method in methods and tag["name"] in methods[method]["tags"]:
                    parts += _operation(document, path, method, methods[method])
        parts.append("</section>")
    parts.append('<section id="schemas"><h2>Schemas</h2>')
    for name, schema in document["components"]["schemas"].items():
        parts += _schema(name, schema)
    parts.append("</section></main></body></html>")
    return "\n".join(parts)


def _operation(document: Json, path: str, method: str, one: Json) -> Iterator[str]:
    name = escape(one["operationId"])
    yield f'<details id="{name}"><summary><b class="{method}">{method.upper()}</b>'
    yield f" <code>{escape(path)}</code>"
    yield f"<span>{_text(one['summary'])}</span></summary>"
    yield f'<p>{_text(one["description"])} <a href="#{name}">#</a></p>'
    if parameters := one.get("parameters"):
        yield "<h4>Parameters</h4><table><tr><th>name</th><th>in</th><th>type</th>"
        yield "<th>description</th></tr>"
        for parameter in parameters:
            needed = " (required)" if parameter.get("required") else ""
            yield f"<tr><td><code>{escape(parameter['name'])}</code>{needed}</td>"
            yield f"<td>{parameter['in']}</td><td>{_type(parameter['schema'])}</td>"
            yield f"<td>{_text(parameter.get('description', ''))}</td></tr>"
        yield "</table>"
    body = one.get("requestBody")
    if body:
        yield f"<h4>Body</h4><p>{_contents(body['content'])}</p>"
        yield from _example(body["content"])
    yield "<h4>Responses</h4><table><tr><th>status</th><th>meaning</th>"
    yield "<th>body</th></tr>"
    for status, response in one["responses"].items():
        found = response
        if "$ref" in response:
            found = document["components"]["responses"][
                response["$ref"].rpartition("/")[2]
            ]
        yield f"<tr><td>{status}</td><td>{_text(found['description'])}</td>"
        yield f"<td>{_contents(found.get('content', {}))}</td></tr>"
    yield "</table>"
    for response in one["responses"].values():
        yield from _example(response.get("content", {}))
    yield f"<h4>curl</h4><pre>{escape(_curl(path, method, body))}</pre></details>"


def _schema(name: str, schema: Json) -> Iterator[str]:
    yield f'<details id="schema-{escape(name)}"><summary><code>{escape(name)}</code> '
    yield f"{_text(schema.get('description', ''))}</summary>"
    if "properties" in schema:
        required = schema.get("required", ())
        yield "<table><tr><th>member</th><th>type</th><th>description</th></tr>"
        for member, one in schema["properties"].items():
            needed = " (required)" if member in required else ""
            yield f"<tr><td><code>{escape(member)}</code>{needed}</td>"
            yield f"<td>{_type(one)}</td>"
            yield f"<td>{_text(one.get('description', ''))}</td></tr>"
        yield "</table>"
    else:
        yield f"<p>{_type(schema)}</p>"
    yield "</details>"


def _contents(content: Json) -> str:
    return "<br>".join(
        f"<code>{escape(kind)}</code> {_type(one.get('schema', {}))}"
        for kind, one in content.items()
    )


def _example(content: Json) -> Iterator[str]:
    example = content.get(_BODY, {}).get("example")
    if example is not None:
        text = json.dumps(example, indent=2, ensure_ascii=False)
        yield f"<pre>{escape(text)}</pre>"


def _type(schema: Any) -> str:
    """Describe a schema in a few words, with links to the schemas that it names."""
    if not isinstance(schema, dict) or not schema:
        return "any"
    if "$ref" in schema:
        name = escape(schema["$ref"].rpartition("/")[2])
        return f'<a href="#schema-{name}">{name}</a>'
    for word in ("anyOf", "oneOf", "allOf"):
        if word in schema:
            return " or ".join(dict.fromkeys(_type(one) for one in schema[word]))
    if "enum" in schema or "const" in schema:
        words = schema.get("enum", [schema.get("const")])
        return ", ".join(f"<code>{escape(json.dumps(one))}</code>" for one in words)
    kind = schema.get("type", "any")
    if kind == "array":
        return f"list of {_type(schema.get('items', {}))}"
    if kind == "object" and isinstance(schema.get("additionalProperties"), dict):
        return f"object of {_type(schema['additionalProperties'])}"
    return escape(f"{kind} ({schema['format']})" if "format" in schema else str(kind))


def _curl(path: str, method: str, body: Json | None) -> str:
    lines = ["curl -u admin"]
    if method != "get":
        lines.append(f"-X {method.upper()}")
    if body is not None:
        kind = next(iter(body["content"]))
        lines.append(f"-H 'Content-Type: {kind}' -d @body.json")
    lines.append(f"'{_URL}{path}'")
    return " ".join(lines)


def _text(text: str) -> str:
    """Convert one line of Markdown, of which code is known."""
    parts = escape(text).split("`")
    return "".join(
        f"<code>{part}</code>" if number % 2 and number < len(parts) - 1 else part
        for number, part in enumerate(parts)
    )


def _slug(tag: str) -> str:
    return "tag-" + "-".join(tag.lower().split())
