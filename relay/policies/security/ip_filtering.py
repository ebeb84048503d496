"""``ip-filtering``: allows or refuses client addresses."""

from __future__ import annotations

from collections.abc import Iterable
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
    ip_network,
)
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, Field, model_validator
from zope.interface import implementer

from relay.expression.errors import EvaluationFailed
from relay.expression.template import Template
from relay.model.api.kinds import PolicyType
from relay.model.schema.base import Options
from relay.model.schema.refusal import refusal
from relay.model.schema.types.scalars import Flag, Upper
from relay.model.schema.types.texts import Text
from relay.policies.call import Call, Interrupted
from relay.policies.interfaces import IPolicy, Policy, PolicyContext

Network = IPv4Network | IPv6Network
Address = IPv4Address | IPv6Address


def _network(value: str) -> str:
    try:
        ip_network(value, strict=False)
    except ValueError:
        raise ValueError(
            "must be an IP address or a CIDR block: names of hosts are not looked up"
        ) from None
    return value


Block = Annotated[str, AfterValidator(_network)]


class IpFiltering(Options):
    """What is on the blacklist is refused, then what is not on the whitelist."""

    match_all_from_x_forwarded_for: Annotated[
        Flag, Field(alias="matchAllFromXForwardedFor")
    ] = False
    """Whether each address in ``X-Forwarded-For`` must pass, besides the caller's."""
    use_custom_ip_address: Annotated[Flag, Field(alias="useCustomIPAddress")] = False
    custom_ip_address: Annotated[Text, Field(alias="customIPAddress")] = ""
    """Addresses, separated by commas, to look at in the place of the caller's."""
    whitelist_ips: tuple[Block, ...] = ()
    """When there is any, nobody else is let through."""
    blacklist_ips: tuple[Block, ...] = ()
    lookup_ip_version: Annotated[Literal["ALL", "IPV4", "IPV6"], Upper] = "ALL"
    """Of names of hosts, which the lists cannot hold here: it has no effect."""
    is_inclusive_host_count: Flag = True
    """Whether the first and the last address of a block belong to it."""

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
)


@implementer(IPolicy)
class IpFilteringType:
    """Makes ``ip-filtering`` steps."""

    kind = IP_FILTERING

    def build(self, configuration: dict[str, Any], context: PolicyContext) -> Policy:
        """Build a step."""
        return AddressesFiltered(IpFiltering.read(configuration))


class AddressesFiltered(Policy):
    """A configured ``ip-filtering`` step."""

    def __init__(self, options: IpFiltering) -> None:
        self._forwarded = options.match_all_from_x_forwarded_for
        self._custom: Template | None = None
        if options.use_custom_ip_address:
            self._custom = Template.read(options.custom_ip_address)
        self._inclusive = options.is_inclusive_host_count
        self._white = _networks(options.whitelist_ips)
        self._black = _networks(options.blacklist_ips)

    def on_request(self, call: Call) -> None:
        """Refuse a client whose address is not allowed."""
        for text in self._addresses(call):
            address = _address(text)
            if address is None:
                # Without a valid address nobody can be told from those on the list:
                # refuse.
                raise _forbidden(text)
            if self._is_in(address, self._black):
                raise _forbidden(text)
            if self._white and not self._is_in(address, self._white):
                raise _forbidden(text)

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

    def _is_in(self, address: Address, networks: Iterable[Network]) -> bool:
        for network in networks:
            if address in network and (
                self._inclusive
                or network.num_addresses <= 2
                or address not in (network[0], network[-1])
            ):
                return True
        return False


def _address(text: str) -> Address | None:
    try:
        address = ip_address(text.strip().strip("[]"))
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return mapped or address


def _networks(blocks: tuple[str, ...]) -> list[Network]:
    return [ip_network(block, strict=False) for block in blocks]


def _forbidden(address: str) -> Interrupted:
    return Interrupted(
        403,
        f"Your IP ({address.strip()}) or some proxies whereby your request pass through"
        " are not allowed to reach this resource.",
        "IP_FILTERING",
    )


ip_filtering = IpFilteringType()
