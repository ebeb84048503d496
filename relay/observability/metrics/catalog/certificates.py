"""The families of certificates."""

from __future__ import annotations

from relay.observability.metrics.family import Merge, gauge

CERTIFICATE_EXPIRY = gauge(
    "relay_certificate_expiry_timestamp_seconds",
    ("listener", "host"),
    "When a certificate that is presented expires, or an authority that is sent with "
    "it if this comes first, in seconds since the Unix epoch; `host` is the first host "
    "name in it. An empty `listener` stands for key stores of definitions.",
    "`(relay_certificate_expiry_timestamp_seconds - time()) / 86400` is the number of "
    "days left: below 14, see why it was not renewed.",
    Merge.SMALLEST,
)
CERTIFICATE_RELOAD_FAILED = gauge(
    "relay_certificate_reload_failed",
    ("listener",),
    "How many certificates, keys and authorities are not those of the newest files, "
    "because these cannot be used. An empty `listener` stands for definitions and "
    "`outbound.ca`.",
    "Above 0: the daemon's log and the probe `certificates` name the file and the "
    "reason.",
    Merge.LARGEST,
)
CERTIFICATES = (CERTIFICATE_EXPIRY, CERTIFICATE_RELOAD_FAILED)
