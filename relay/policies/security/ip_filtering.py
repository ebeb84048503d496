"""``ip-filtering``: allows or refuses client addresses."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
    ip_network,
)
from typing import Annotated, Any, Literal, NamedTuple, Self

from pydantic import AfterValidator, Field, model_validator
from twisted.internet.defer import Deferred
from zope.interface import implementer

from relay.expression.errors import EvaluationFailed
from relay.expression.template import Template
from relay.model.api.kinds import PolicyType
from relay.model.schema.base import Options
from relay.model.schema.refusal import refusal
from relay.model.schema.types.hosts import is_host, normal_host
from relay.model.schema.types.scalars import Flag, Upper
from relay.model.schema.types.texts import Text
from relay.policies.call import Call, Interrupted
from relay.policies.interfaces import IPolicy, Policy, PolicyContext
from relay.policies.security.host_addresses import FAMILIES, Addresses, HostAddresses

Network = IPv4Network | IPv6Network
Address = IPv4Address | IPv6Address
MOST_HOSTS = 32
"""The most names of hosts in a list: each may have to be looked up."""


def _entry(value: str) -> str:
    if "{" in value:
        Template.read(value)
        return value
    for part in value.split(","):
        if _network(part) is None and not _is_name(part.strip()):
            raise ValueError("must be an IP address, a CIDR block, or a name of a host")
    return value


def _entries(values: tuple[str, ...]) -> tuple[str, ...]:
    if len(_listed(values).hosts) > MOST_HOSTS:
        raise ValueError(f"must have at most {MOST_HOSTS} names of hosts")
    return values


Entry = Annotated[str, AfterValidator(_entry)]
Entries = Annotated[tuple[Entry, ...], AfterValidator(_entries)]
"""Addresses, blocks and names of hosts, several of them in one text with commas, and
texts with expressions that yield addresses and blocks."""


class IpFiltering(Options):
    """Refuses the addresses of the blacklist, then those outside the whitelist."""

    match_all_from_x_forwarded_for: Annotated[
        Flag, Field(alias="matchAllFromXForwardedFor")
    ] = False
    """Whether each address in ``X-Forwarded-For`` must pass, besides the caller's."""
    use_custom_ip_address: Annotated[Flag, Field(alias="useCustomIPAddress")] = False
    """Other addresses than that of the caller are compared."""
    custom_ip_address: Annotated[Text, Field(alias="customIPAddress")] = ""
    """An expression for the addresses, separated by commas."""
    whitelist_ips: Entries = ()
    """Addresses, blocks and hosts; if any is listed, all others are refused."""
    blacklist_ips: Entries = ()
    """Addresses, blocks and hosts that are refused."""
    lookup_ip_version: Annotated[Literal["ALL", "IPV4", "IPV6"], Upper] = "ALL"
    """The addresses of named hosts that count."""
    is_inclusive_host_count: Flag = True
    """Whether the first and the last address of an IPv4 block belong to it."""

    @model_validator(mode="after")
    def _has_an_address(self) -> Self:
        if self.use_custom_ip_address and not self.custom_ip_address:
            raise refusal([(("customIPAddress",), "is required when it is used")])
        return self


IP_FILTERING = PolicyType(
    "ip-filtering",
    "IP filtering",
    IpFiltering,
    proxy=("request",),
    message=("request",),
    description="Allows or refuses calls by the address of the client.",
)


@implementer(IPolicy)
class IpFilteringType:
    """Makes ``ip-filtering`` steps."""

    kind = IP_FILTERING

    def build(self, configuration: dict[str, Any], context: PolicyContext) -> Policy:
        """Build a step."""
        options = IpFiltering.read(configuration)
        hosts = HostAddresses(
            context.reactor, FAMILIES[options.lookup_ip_version], context.api_id
        )
        return AddressesFiltered(options, hosts)


class AddressesFiltered(Policy):
    """A configured ``ip-filtering`` step."""

    def __init__(self, options: IpFiltering, hosts: HostAddresses) -> None:
        self._forwarded = options.match_all_from_x_forwarded_for
        self._custom: Template | None = None
        if options.use_custom_ip_address:
            self._custom = Template.read(options.custom_ip_address)
        self._inclusive = options.is_inclusive_host_count
        self._white = _listed(options.whitelist_ips)
        self._black = _listed(options.blacklist_ips)
        self._hosts = hosts

    def on_request(self, call: Call) -> Deferred[None] | None:
        """Refuse a client whose address is not allowed."""
        if not self._white and not self._black:
            return None
        addresses = [_address(text) for text in self._addresses(call)]
        black, white = self._black.networks_for(call), self._white.networks_for(call)
        for address in addresses:
            if self._is_in(address, black):
                raise _forbidden(address)
        others = addresses
        if self._white:
            others = [one for one in addresses if not self._is_in(one, white)]
            if others and not self._white.hosts:
                raise _forbidden(others[0])
        names = self._black.hosts + (self._white.hosts if others else ())
        if not names:
            return None
        found = self._hosts.find(names)
        if isinstance(found, Deferred):
            return found.addCallback(self._judge, addresses, others)
        self._judge(found, addresses, others)
        return None

    def _judge(
        self,
        found: Mapping[str, Addresses],
        addresses: Sequence[Address],
        others: Sequence[Address],
    ) -> None:
        """
        Compare with the named hosts of the lists.

        :param others: the addresses that are not in a network of the whitelist.
        """
        for host in self._black.hosts:
            # A host that cannot be resolved may be any of the callers.
            for address in addresses:
                if not found[host] or address in found[host]:
                    raise _forbidden(address)
        if self._white:
            for address in others:
                if not any(address in found[host] for host in self._white.hosts):
                    raise _forbidden(address)

    def _addresses(self, call: Call) -> list[str]:
        if self._custom is not None:
            try:
                return (self._custom.render(call.scope) or "").split(",")
            except EvaluationFailed:
                return [""]
        found = [call.request.remote_address]
        if self._forwarded:
            values = call.request.headers.getRawHeaders(b"x-forwarded-for", [])
            found += b",".join(values).decode("latin-1").split(",") if values else []
        return found

    def _is_in(self, address: Address, networks: Sequence[Network]) -> bool:
        for network in networks:
            if address in network and (
                self._inclusive
                or network.version == 6
                or network.num_addresses <= 2
                or address not in (network[0], network[-1])
            ):
                return True
        return False


class _List(NamedTuple):
    """
    A list of the configuration.

    :param networks: addresses are networks of one address.
    :param hosts: names, in normal form.
    :param texts: that yield further networks for a call.
    """

    networks: tuple[Network, ...] = ()
    hosts: tuple[str, ...] = ()
    texts: tuple[Template, ...] = ()

    def __bool__(self) -> bool:
        return any(self[:])

    def networks_for(self, call: Call) -> tuple[Network, ...]:
        """
        Return the networks of the list, with those of its texts.

        :raises EvaluationFailed: when a text yields something else.
        """
        networks = self.networks
        for text in self.texts:
            networks += _read(text.render(call.scope) or "")
        return networks


def _listed(entries: Sequence[str]) -> _List:
    texts = tuple(Template.read(one) for one in entries if "{" in one)
    parts = [part for one in entries if "{" not in one for part in one.split(",")]
    networks = [(part, _network(part)) for part in parts]
    return _List(
        tuple(network for _, network in networks if network is not None),
        tuple(
            dict.fromkeys(
                normal_host(part.strip()) for part, network in networks if not network
            )
        ),
        texts,
    )


@lru_cache(maxsize=64)
def _read(text: str) -> tuple[Network, ...]:
    """
    Parse the list that a text yields.

    :raises EvaluationFailed: when it contains something else than addresses and blocks:
        names of hosts that a call chooses are not looked up.
    """
    parts = [part for part in text.split(",") if part.strip()]
    networks = [_network(part) for part in parts]
    known = tuple(one for one in networks if one is not None)
    if len(known) < len(parts):
        raise EvaluationFailed("a list contains something else than IP addresses")
    return known


def _network(text: str) -> Network | None:
    """Parse an address or a block; one of IPv4-mapped addresses becomes one of IPv4."""
    try:
        network = ip_network(text.strip(), strict=False)
    except ValueError:
        return None
    if isinstance(network, IPv6Network) and network.prefixlen >= 96:
        mapped = network.network_address.ipv4_mapped
        if mapped is not None:
            return IPv4Network((mapped, network.prefixlen - 96))
    return network


def _is_name(text: str) -> bool:
    """Whether a text is the name of a host, and no malformed address."""
    return is_host(text) and not text.replace(".", "").isdecimal()


def _address(text: str) -> Address:
    """
    Parse an address.

    :raises Interrupted: when it is none: without a valid address nobody can be told
        from those on the list.
    """
    try:
        address = ip_address(text.strip().strip("[]"))
    except ValueError:
        raise _forbidden(text) from None
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return mapped or address


def _forbidden(address: object) -> Interrupted:
    return Interrupted(
        403,
        f"Your IP ({str(address).strip()}) or some proxies whereby your request pass"
        " through are not allowed to reach this resource.",
        "IP_FILTERING",
    )


ip_filtering = IpFilteringType()
