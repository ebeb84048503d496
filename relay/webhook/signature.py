"""The signature of a delivery, after the Standard Webhooks specification."""

from __future__ import annotations

import base64
import hmac
from collections.abc import Iterable


def sign(keys: Iterable[bytes], event_id: str, at_s: int, body: bytes) -> str:
    """
    Sign a delivery.

    :param keys: the secrets, each of which receivers may know.
    :param event_id: the value of ``webhook-id``.
    :param at_s: that of ``webhook-timestamp``: seconds since the Unix epoch.
    :return: the value of ``webhook-signature``: ``v1,`` and base64, for each secret.
    """
    content = b"%b.%d.%b" % (event_id.encode(), at_s, body)
    return " ".join(
        "v1," + base64.b64encode(hmac.digest(key, content, "sha256")).decode("ascii")
        for key in keys
    )
