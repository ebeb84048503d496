"""Certificates: of the settings' files, and of a server."""

from __future__ import annotations

import datetime
import socket
import ssl
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any

from relay.cli.doctor.finding import Finding, error, ok, warning
from relay.daemon.check import check_files
from relay.settings.listeners import TlsHostSettings, TlsSettings
from relay.settings.schema import Settings
from relay.settings.source import SettingsError
from relay.tls.material import MaterialError, from_path, load_certificates

SOON_DAYS = 21
_RENEW = "renew it; Relay takes a replaced file without a restart"
_CHAIN = "append the intermediate certificates to the file, the nearest authority first"


def check_certificates(settings: Settings, now: datetime.datetime) -> Iterator[Finding]:
    """Check the files that settings name, and how long certificates are valid."""
    try:
        check_files(settings)
    except SettingsError as problem:
        for line in problem.mistakes:
            yield error("files", line, "correct the setting or the file")
    for name, section in _sections(settings):
        path = section.certificate
        if path is None:
            continue
        try:
            chain = load_certificates(from_path(name, path))
        except MaterialError:
            continue
        yield _validity(f"{name} ({path})", chain, now)
        yield from _chain(f"{name} ({path})", chain)


def _sections(
    settings: Settings,
) -> Iterator[tuple[str, TlsSettings | TlsHostSettings]]:
    tables: list[tuple[str, TlsSettings | None]] = [
        (f"gateway.listeners[{number}].tls", one.tls)
        for number, one in enumerate(settings.gateway.listeners)
    ]
    tables.append(("management.tls", settings.management.tls))
    tables.append(("technical.tls", settings.technical.tls))
    for name, tls in tables:
        if tls is not None:
            yield f"{name}.certificate", tls
            for number, host in enumerate(tls.hosts):
                yield f"{name}.hosts[{number}].certificate", host


def _validity(name: str, chain: Sequence[Any], now: datetime.datetime) -> Finding:
    first = min(chain, key=lambda one: one.not_valid_after_utc)
    left = first.not_valid_after_utc - now
    shown = f"{name} is valid until {first.not_valid_after_utc:%Y-%m-%d}"
    if chain[0].not_valid_before_utc > now:
        found = f"{name} is not valid before {chain[0].not_valid_before_utc:%Y-%m-%d}"
        return error("certificate", found, "check the clock, or use another one")
    if left < datetime.timedelta(0):
        found = f"{name} has expired on {first.not_valid_after_utc:%Y-%m-%d}"
        return error("certificate", found, _RENEW)
    if left < datetime.timedelta(days=SOON_DAYS):
        return warning("certificate", f"{shown}: {left.days} days are left", _RENEW)
    return ok("certificate", f"{shown}: {left.days} days are left")


def _chain(name: str, chain: Sequence[Any]) -> Iterator[Finding]:
    last = chain[-1]
    for one, issuer in pairwise(chain):
        if one.issuer != issuer.subject:
            found = f"{name}: the certificates of the file are not in their order"
            yield error("chain", found, _CHAIN)
            return
    if last.issuer == last.subject or _is_root(last.issuer.public_bytes()):
        yield ok("chain", f"{name}: {len(chain)} certificates, up to an authority")
    else:
        found = (
            f"{name}: {last.issuer.rfc4514_string()} is neither in the file nor an "
            "authority of this system"
        )
        yield warning("chain", found, f"{_CHAIN}, unless clients trust this authority")


def _is_root(subject: bytes) -> bool:
    """Whether the system trusts an authority of a name."""
    context = ssl.create_default_context()
    context.load_default_certs()
    return any(subject in one for one in context.get_ca_certs(binary_form=True))


def check_server(host: str, port: int, ca: str) -> Finding:
    """
    Connect to a server by TLS, and check its certificate.

    :param ca: the path of a PEM file of authorities; empty for those of the system.
    """
    context = ssl.create_default_context(cafile=ca or None)
    try:
        with (
            socket.create_connection((host, port), timeout=10) as plain,
            context.wrap_socket(plain, server_hostname=host) as secured,
        ):
            certificate: Any = secured.getpeercert()
            version = secured.version()
    except ssl.SSLCertVerificationError as problem:
        advice = (
            "renew the certificate, send its chain, or name its authority with --ca"
        )
        found = f"{host}: {problem.verify_message or problem.reason}"
        return error("TLS", found, advice)
    except OSError as problem:
        found = f"{host}:{port}: {problem.strerror or problem}"
        return error("TLS", found, "check that the port speaks TLS")
    ends = ssl.cert_time_to_seconds(certificate["notAfter"])
    left = datetime.datetime.fromtimestamp(ends, datetime.UTC) - datetime.datetime.now(
        datetime.UTC
    )
    shown = f"{host}: {version}, a trusted certificate with {left.days} days left"
    return (
        warning("TLS", shown, "renew it") if left.days < SOON_DAYS else ok("TLS", shown)
    )
