"""The ids of events in a channel that merges several endpoints."""

from __future__ import annotations

import json
from collections.abc import Sequence


def merged_id(ids: Sequence[str]) -> str:
    """
    Merge ids into one.

    :param ids: the last id of each endpoint; empty for none.
    """
    return json.dumps(ids, separators=(",", ":"))


def split_id(merged: str, count: int) -> list[str]:
    """
    Return the ids that a merged id was made of.

    :param count: the number of endpoints.
    :return: empty ids when it was made of another number of ids, or not made here.
    """
    try:
        ids = json.loads(merged)
    except ValueError:
        ids = None
    if not isinstance(ids, list) or len(ids) != count:
        return [""] * count
    return [one if isinstance(one, str) else "" for one in ids]
