"""The first user, and the password of the administrator."""

from __future__ import annotations

import os
import secrets
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Literal

from argon2 import PasswordHasher
from twisted.internet.defer import Deferred
from twisted.logger import Logger

from relay.management.access.passwords import matches
from relay.model.records import UserRecord
from relay.model.role import Role
from relay.settings.schema import Settings
from relay.settings.source import SettingsError
from relay.store.store import Store
from relay.store.transaction import Transaction

ADMIN = "admin"
VARIABLE = "RELAY_ADMIN_PASSWORD"
FILE_NAME = "admin-password"
LEAST_BYTES = 12
"""The least length that other passwords of users may have."""

_log = Logger()


@dataclass(frozen=True, slots=True)
class AdminBootstrap:
    """The origin of the administrator's password."""

    source: Literal["environment", "generated", "stored"]
    """``environment``, ``generated`` at this start, or ``stored`` by an earlier one."""
    password_file: str | None
    """The file of a generated password; None without it."""
    name: str = ADMIN


def check_admin(environ: Mapping[str, str]) -> None:
    """Check ``RELAY_ADMIN_PASSWORD``, before the start changes anything.

    :raises SettingsError: when the variable is empty.
    """
    if environ.get(VARIABLE) == "":
        raise SettingsError(f"{VARIABLE}: must not be empty")


def ensure_admin(
    store: Store,
    settings: Settings,
    environ: Mapping[str, str],
    hasher: PasswordHasher | None = None,
) -> AdminBootstrap:
    """Make sure that the administrator exists, with the password of the environment.

    If several daemons start on one store at once, one of them generates the password.
    Blocks: called before the reactor runs.

    :param store: started.
    :param settings: only ``data_dir`` is used.
    :param environ: ``RELAY_ADMIN_PASSWORD``, if set, replaces the stored password.
    :param hasher: with the cost of a new hash.
    :raises SettingsError: when the variable is empty, or a generated password cannot be
        written.
    """
    given = environ.get(VARIABLE)
    work = _work(settings, given, hasher or PasswordHasher())
    return _report(store.write_now(work), given)


def ensure_admin_later(
    store: Store, settings: Settings, environ: Mapping[str, str]
) -> Deferred[AdminBootstrap]:
    """Do the same while the reactor runs.

    :param store: open, now.
    :param settings: as above.
    :param environ: as above.
    :returns: fires when the administrator exists; fails as above.
    """
    given = environ.get(VARIABLE)
    made = store.write(_work(settings, given, PasswordHasher()))
    return made.addCallback(_report, given)


def _work(
    settings: Settings, given: str | None, hasher: PasswordHasher
) -> Callable[[Transaction], AdminBootstrap]:
    return partial(_try, hasher, Path(settings.data_dir) / FILE_NAME, given)


def _try(
    hasher: PasswordHasher, path: Path, given: str | None, tx: Transaction
) -> AdminBootstrap:
    try:
        return _ensure(hasher, path, given, tx)
    except OSError as error:
        raise SettingsError(f"data_dir: {path}: {error.strerror}") from None


def _ensure(
    hasher: PasswordHasher, path: Path, given: str | None, tx: Transaction
) -> AdminBootstrap:
    stored = tx.users.get(ADMIN)
    if given is not None:
        # The bytes of the environment, independent of the locale.
        password = os.fsencode(given)
        if not password:
            raise SettingsError(f"{VARIABLE}: must not be empty")
        if stored is None or not matches(hasher, stored.password_hash, password):
            tx.users.put(_admin(hasher, password))
            # The file contains a password that is no longer valid.
            path.unlink(missing_ok=True)
        return AdminBootstrap("environment", None)
    if stored is not None:
        return AdminBootstrap("stored", str(path) if path.exists() else None)
    made = secrets.token_urlsafe(24)
    # Written before the hash is committed: a crash in between leaves a file that the
    # next start replaces, never a user with an unknown password.
    _write_private(path, made + "\n")
    tx.users.put(_admin(hasher, made.encode()))
    return AdminBootstrap("generated", str(path))


def _admin(hasher: PasswordHasher, password: bytes) -> UserRecord:
    return UserRecord(ADMIN, hasher.hash(password), Role.ADMIN, 0, 0)


def _write_private(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    # The file has mode 0600 from its creation.
    descriptor, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        with open(descriptor, "w", encoding="ascii") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        os.replace(name, path)
    except BaseException:
        os.unlink(name)
        raise
    directory = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(directory)
    finally:
        os.close(directory)


def _report(admin: AdminBootstrap, given: str | None) -> AdminBootstrap:
    if given is not None and len(os.fsencode(given)) < LEAST_BYTES:
        _log.warn(
            "{variable} has fewer than {least} bytes; so short a password can be "
            "guessed",
            variable=VARIABLE,
            least=LEAST_BYTES,
        )
    if admin.source == "generated":
        _log.info(
            "The password of {name} has been made and is in {path}",
            name=admin.name,
            path=admin.password_file,
        )
    elif admin.source == "stored" and admin.password_file is None:
        _log.info(
            "The password of {name} is the one set earlier; {variable} sets another",
            name=admin.name,
            variable=VARIABLE,
        )
    return admin
