"""The settings of the engine that the processes of a cluster share."""

import re
from dataclasses import dataclass, replace
from typing import Annotated

from relay.settings.redis_url import Address, parse
from relay.settings.setting import setting
from relay.settings.source import SettingsError
from relay.settings.types import Check, Path, Range

_LONGEST_PASSWORD = 4096


def _url(text: str) -> str:
    parse(text)
    return text


def _prefix(text: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9_.:-]{1,64}", text):
        raise ValueError("must be 1 to 64 letters, digits and characters of _.:-")
    return text


@dataclass(frozen=True)
class ClusterSettings:
    """The Redis or Valkey servers that several daemons share as their
    [engine](../operations/cluster.md)."""

    url: Annotated[str, Check(_url, kind="Redis URL")] | None = setting(
        None,
        "the servers: `redis://[USER@]HOST[:PORT][/DATABASE]`, "
        "`redis+sentinel://HOST[:PORT],…/SERVICE`, `redis+cluster://HOST[:PORT],…`; "
        "`rediss` instead of `redis` for TLS. Without it, the daemon shares channels "
        "and counts with no other",
        example="rediss://relay@redis.example:6379",
    )
    password_file: Path | None = setting(
        None,
        "a file with the password of the user; white space around it is ignored",
        example="/etc/relay/redis-password",
    )
    ca: Path | None = setting(
        None,
        "PEM file of the authorities to trust instead of the system's",
        example="/etc/relay/redis-ca.pem",
    )
    certificate: Path | None = setting(
        None,
        "PEM file of the certificate that the daemon shows the servers",
        example="/etc/relay/redis-client.pem",
    )
    key: Path | None = setting(
        None,
        "PEM file of the key of the certificate; without it, the key is in the file of "
        "the certificate",
        example="/etc/relay/redis-client.key",
    )
    prefix: Annotated[str, Check(_prefix)] = setting(
        "relay",
        "what the names of all keys begin with. Daemons with different prefixes share "
        "nothing",
    )
    wait_replicas: Annotated[int, Range(0, 10)] = setting(
        0,
        "how many replicas of the server must have an event before its publication is "
        "answered (`WAIT`); 0 waits for none",
    )

    def check(self) -> None:
        """
        Check what settings need of each other.

        :raises SettingsError: with the mistake.
        """
        names = ("password_file", "ca", "certificate", "key", "wait_replicas")
        given = [name for name in names if getattr(self, name)]
        if self.prefix != "relay":
            given.append("prefix")
        if self.url is None:
            if given:
                raise SettingsError(f"cluster.{given[0]}: has no effect without url")
            return
        if self.key is not None and self.certificate is None:
            raise SettingsError("cluster.key: has no certificate")
        if not parse(self.url).tls and (self.ca or self.certificate):
            name = "ca" if self.ca else "certificate"
            raise SettingsError(f"cluster.{name}: needs a url that begins with rediss")

    @property
    def address(self) -> Address | None:
        """
        The servers, and how to log in to them; None without a URL.

        :raises SettingsError: when the file of the password cannot be used.
        """
        if self.url is None:
            return None
        return replace(
            parse(self.url),
            password=self._password_in_file(),
            ca=self.ca,
            certificate=self.certificate,
            key=self.key,
        )

    def _password_in_file(self) -> str | None:
        if self.password_file is None:
            return None
        try:
            with open(self.password_file, encoding="utf-8") as file:
                password = file.read(_LONGEST_PASSWORD).strip()
        except OSError as error:
            why = str(error.strerror)
        except ValueError:
            why = "is not UTF-8"
        else:
            if password:
                return password
            why = "is empty"
        raise SettingsError(f"cluster.password_file ({self.password_file}): {why}")
