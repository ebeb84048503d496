"""Profiles: the servers that a user works with, and the tokens for them."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import click

from relay.cli.errors import Failed

_ONLY_OWNER = 0o600
_OTHERS = 0o077
_MOST_BYTES = 1 << 20
_LOOPBACK = ("localhost", "127.0.0.1", "::1")


@dataclass(frozen=True)
class Profile:
    """A server, and the credentials for it."""

    url: str
    """Scheme, host and port of the management API, without a slash at the end."""
    token: str = field(default="", repr=False)
    user: str = ""
    """The user of the token, or the one whose password is in the environment."""
    password: str = field(default="", repr=False)
    """Only of the environment: a file has a token."""
    ca: str = ""
    """The absolute path of a PEM file with the authorities to trust; empty for those
    of the system."""
    token_id: str = ""
    """The id of the token, if ``relay login`` created it."""

    @property
    def plain(self) -> bool:
        """Whether credentials travel unencrypted to another host."""
        split = urlsplit(self.url)
        return split.scheme == "http" and split.hostname not in _LOOPBACK


@dataclass(frozen=True)
class Profiles:
    """The contents of the file of profiles."""

    current: str = ""
    """The name of the profile that is used by default; empty without one."""
    profiles: Mapping[str, Profile] = field(default_factory=dict)

    def with_profile(self, name: str, profile: Profile) -> Profiles:
        """Return these with a profile added or replaced, which is the current one."""
        return Profiles(name, {**self.profiles, name: profile})

    def without(self, name: str) -> Profiles:
        """
        Return these without a profile.

        :raises Failed: if there is no such profile.
        """
        self.named(name)
        rest = {key: one for key, one in self.profiles.items() if key != name}
        return Profiles("" if self.current == name else self.current, rest)

    def using(self, name: str) -> Profiles:
        """
        Return these with another current profile.

        :raises Failed: if there is no such profile.
        """
        self.named(name)
        return replace(self, current=name)

    def named(self, name: str) -> Profile:
        """
        Return a profile.

        :raises Failed: if there is no such profile.
        """
        try:
            return self.profiles[name]
        except KeyError:
            known = ", ".join(sorted(self.profiles)) or "none"
            raise Failed(f"there is no profile {name}; the profiles: {known}") from None


def profiles_path() -> Path:
    """Return the path of the file, in the user's configuration directory."""
    return Path(click.get_app_dir("relay")) / "profiles.json"


def read_profiles() -> Profiles:
    """
    Read the file of profiles; a missing file has none.

    :raises Failed: if others can read the file, or its contents are invalid.
    """
    path = profiles_path()
    try:
        with path.open("rb") as file:
            mode = os.fstat(file.fileno()).st_mode
            content = file.read(_MOST_BYTES)
    except FileNotFoundError:
        return Profiles()
    except OSError as error:
        raise Failed(f"cannot read {path}: {error.strerror}") from error
    if mode & _OTHERS:
        raise Failed(
            f"{path} has tokens, and others than its owner can read it (mode "
            f"{mode & 0o777:04o}); run: chmod 600 {path}"
        )
    try:
        read = json.loads(content)
        profiles = {name: Profile(**one) for name, one in read["profiles"].items()}
        return Profiles(read["current"], profiles)
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise Failed(f"{path} is no file of profiles: {error}") from error


def write_profiles(profiles: Profiles) -> None:
    """
    Replace the file of profiles; only its owner can read it.

    :raises Failed: if it cannot be written.
    """
    path = profiles_path()
    shape = {
        "current": profiles.current,
        "profiles": {name: _json(one) for name, one in profiles.profiles.items()},
    }
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        # Files of this function have the mode 0600 from the beginning.
        handle, written = tempfile.mkstemp(dir=path.parent, prefix=".profiles-")
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                json.dump(shape, file, indent=2)
                file.write("\n")
            os.replace(written, path)
        except BaseException:
            os.unlink(written)
            raise
    except OSError as error:
        raise Failed(f"cannot write {path}: {error.strerror}") from error


def _json(profile: Profile) -> dict[str, Any]:
    return {name: value for name, value in asdict(profile).items() if value}


def chosen_profile(name: str | None, environment: Mapping[str, str]) -> Profile:
    """
    Return the profile to use: the named one, that of the environment, or the current.

    :param name: of ``--profile``, if it was given.
    :param environment: of the process.
    :raises Failed: if there is none, or the environment is ambiguous.
    """
    if name is not None:
        return read_profiles().named(name)
    from_environment = environment_profile(environment)
    if from_environment is not None:
        return from_environment
    profiles = read_profiles()
    if not profiles.current:
        raise Failed(
            "there is no server: run relay login URL, or set RELAY_URL and RELAY_TOKEN"
        )
    return profiles.named(profiles.current)


def environment_profile(environment: Mapping[str, str]) -> Profile | None:
    """
    Return the profile of the variables ``RELAY_URL`` etc., or None without them.

    :raises Failed: if a variable is missing, or there are two credentials.
    """
    names = ("URL", "TOKEN", "USER", "PASSWORD", "CA")
    url, token, user, password, ca = (
        environment.get(f"RELAY_{name}", "") for name in names
    )
    given = [
        f"RELAY_{name}"
        for name, value in zip(names, (url, token, user, password, ca), strict=True)
        if value
    ]
    if not given:
        return None
    if not url:
        raise Failed(f"RELAY_URL is not set, but {' and '.join(given)}")
    if token and (user or password):
        raise Failed(
            "RELAY_TOKEN and RELAY_USER with RELAY_PASSWORD are two credentials: set "
            "one of them"
        )
    if not token and not (user and password):
        raise Failed("RELAY_URL needs RELAY_TOKEN, or RELAY_USER with RELAY_PASSWORD")
    return Profile(checked_url(url), token, user, password, checked_ca(ca))


def checked_url(url: str) -> str:
    """
    Return the URL of a server without a slash at its end.

    :raises Failed: if it is no http or https URL of a host, or has more than these.
    """
    try:
        split = urlsplit(url)
        valid = split.scheme in ("http", "https") and bool(split.hostname)
        valid = valid and (split.port is None or split.port > 0)
    except ValueError:
        valid = False
    if not valid:
        # The URL is not shown, since it may have a password.
        raise Failed("the URL of the server must be like https://relay.example:8083")
    if split.username is not None or split.password is not None:
        raise Failed("the URL of the server must have no user and no password")
    if split.query or split.fragment or split.path.strip("/"):
        raise Failed(
            "the URL of the server must end after host and port, like "
            "https://relay.example:8083"
        )
    return f"{split.scheme}://{split.netloc}"


def checked_ca(path: str) -> str:
    """
    Return the absolute path of a file of authorities, or "" without one.

    :raises Failed: if the file cannot be read.
    """
    if not path:
        return ""
    try:
        with open(path, "rb"):
            return os.path.abspath(path)
    except OSError as error:
        raise Failed(f"cannot read {path}: {error.strerror}") from error
