"""The body of a publish request → drafts of messages."""

from __future__ import annotations

import json
from urllib.parse import parse_qsl

from relay.demo.message import Draft
from relay.demo.refusal import BAD_REQUEST, INVALID_BODY, INVALID_DATA, DemoRefusal

JSON = "application/json"
FORM = "application/x-www-form-urlencoded"

_FIELDS = ("name", "data", "encoding", "clientId")
_MAX_FORM_FIELDS = 10
_HALF_PAIR = "holds half a surrogate pair"


def read_drafts(content_type: str, body: bytes) -> list[Draft]:
    """
    Read one message or several.

    :param content_type: the ``Content-Type`` header; parameters do not matter.
    :param body: a JSON object, a JSON array of such, or a form.
    :raises DemoRefusal: naming the field at fault.
    """
    media_type = content_type.partition(";")[0].strip().lower()
    if media_type == JSON:
        return _read_json(body)
    if media_type == FORM:
        return [_read_form(body)]
    raise DemoRefusal(415, BAD_REQUEST, f"Content-Type must be {JSON} or {FORM}")


def _read_json(body: bytes) -> list[Draft]:
    try:
        value = json.loads(body.decode("utf-8"), parse_constant=_refuse_constant)
    except UnicodeDecodeError:
        raise _invalid("the body must be UTF-8") from None
    except RecursionError:
        raise _invalid("the body is nested too deeply") from None
    except ValueError as error:
        raise _invalid(f"the body is not JSON: {error}") from None
    if not isinstance(value, list):
        return [_draft(value, "")]
    if not value:
        raise _invalid("the body must hold at least one message")
    return [_draft(item, f"[{index}]") for index, item in enumerate(value)]


def _read_form(body: bytes) -> Draft:
    try:
        pairs = parse_qsl(
            body.decode("utf-8"),
            keep_blank_values=True,
            errors="strict",
            max_num_fields=_MAX_FORM_FIELDS,
        )
    except UnicodeDecodeError:
        raise _invalid("the form must be UTF-8") from None
    except ValueError:
        raise _invalid(f"the form has more than {_MAX_FORM_FIELDS} fields") from None
    fields = dict(pairs)
    if len(fields) < len(pairs):
        raise _invalid("the form gives a field twice")
    if not fields.keys() & set(_FIELDS):
        raise _invalid(f"the form has neither name nor data (is the body {JSON}?)")
    return _draft(fields, "")


def _draft(value: object, where: str) -> Draft:
    prefix = f"{where}." if where else ""
    if not isinstance(value, dict):
        raise _invalid(f"{where or 'the body'}: must be an object")
    for key in value:
        if key not in _FIELDS:
            known = ", ".join(_FIELDS)
            raise _invalid(f"{prefix}{key[:40]}: unknown; a message has {known}")
    name, encoding, client_id = (
        _text(value, key, prefix) for key in ("name", "encoding", "clientId")
    )
    try:
        draft = Draft.of(name, value.get("data"), encoding, client_id)
        # JSON can write half a surrogate pair, which no UTF-8 stream can carry.
        (draft.data or "").encode("utf-8")
    except TypeError as error:
        raise _bad_data(prefix, str(error)) from None
    except UnicodeEncodeError:
        raise _bad_data(prefix, _HALF_PAIR) from None
    except RecursionError:
        raise _bad_data(prefix, "is nested too deeply") from None
    return draft


def _text(value: dict[str, object], key: str, prefix: str) -> str | None:
    text = value.get(key)
    if text is None:
        return None
    if not isinstance(text, str):
        raise _invalid(f"{prefix}{key}: must be a string")
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        raise _invalid(f"{prefix}{key}: {_HALF_PAIR}") from None
    return text


def _refuse_constant(name: str) -> object:
    raise ValueError(f"{name} is not a number of JSON")


def _bad_data(prefix: str, why: str) -> DemoRefusal:
    return DemoRefusal(400, INVALID_DATA, f"{prefix}data: {why}")


def _invalid(message: str) -> DemoRefusal:
    return DemoRefusal(400, INVALID_BODY, message)
