"""The groups of operations, in the order in which an installation is set up."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Tag:
    """
    A group of operations.

    :param families: the names of the classes of its resource families; those of the
        technical API begin with ``technical.``.
    """

    title: str
    about: str
    families: tuple[str, ...]

    @property
    def name(self) -> str:
        """The title in a spelling of which generators of clients make plain names of
        modules: ``APIs`` would become ``ap_is``."""
        return self.title.replace("APIs", "Apis")


TAGS = (
    Tag("APIs", "Create, find, change, copy and delete APIs.", ("Apis", "Search")),
    Tag(
        "Plans",
        "Set how the clients of an API authenticate, and publish it.",
        ("Plans",),
    ),
    Tag(
        "Deployments",
        "Deploy, start, stop and roll back APIs, and compare what was deployed.",
        ("Deployments", "DeploymentHistory", "Rollback"),
    ),
    Tag(
        "Applications",
        "Register the clients that subscribe to plans.",
        ("Applications",),
    ),
    Tag(
        "Subscriptions",
        "Subscribe applications to plans, and accept, pause and close subscriptions.",
        ("Subscriptions",),
    ),
    Tag(
        "API keys",
        "Renew, revoke and reactivate the keys of subscriptions and applications.",
        ("ApiKeys",),
    ),
    Tag(
        "Dead letters",
        "Read, replay and delete events that a webhook did not accept.",
        ("DeadLetters",),
    ),
    Tag(
        "Imports and exports",
        "Read APIs from files in several formats, and write them to files.",
        ("Imports", "SwaggerImports", "Exports", "Migration"),
    ),
    Tag(
        "Shared policy groups",
        "Maintain sequences of policies that the flows of several APIs use.",
        ("SharedPolicyGroups",),
    ),
    Tag("Pictures", "Read the picture and the background of an API.", ("Pictures",)),
    Tag(
        "Try it",
        "Call an API through the gateway, and follow the response as it comes.",
        ("TryIt",),
    ),
    Tag(
        "Channels",
        "List the open channels of an API with their readers and sources.",
        ("Channels",),
    ),
    Tag("Health checks", "Read the results of the checks of endpoints.", ("Health",)),
    Tag(
        "Logs", "Find the calls of an API, and read each with its timeline.", ("Logs",)
    ),
    Tag(
        "Analytics",
        "Count and measure the calls of an API over time.",
        ("ApiAnalytics", "ApiTotals"),
    ),
    Tag("Audit trail", "Read who changed what, and when.", ("Audits",)),
    Tag("Probes", "Test whether a source can be reached.", ("Probes",)),
    Tag(
        "Expressions",
        "Evaluate an expression with a sample of a call.",
        ("Expressions",),
    ),
    Tag(
        "Plugins",
        "List the installed endpoints, entrypoints, policies, resources and security "
        "types, each with its schema.",
        ("Plugins",),
    ),
    Tag("Gateways", "List the gateways that serve the APIs.", ("Instances",)),
    Tag("Sessions", "Sign in to the web console, and sign out.", ("SessionPaths",)),
    Tag("Users", "Create, change and delete users.", ("Users",)),
    Tag("Tokens", "Create and delete personal access tokens.", ("Tokens",)),
    Tag(
        "Automation APIs",
        "Create, change and delete APIs by their human-readable ids.",
        ("AutomationApis",),
    ),
    Tag(
        "Automation applications",
        "Create, change and archive applications by their human-readable ids.",
        ("AutomationApplications",),
    ),
    Tag(
        "Automation subscriptions",
        "Create, change and close subscriptions by their human-readable ids.",
        ("AutomationSubscriptions",),
    ),
    Tag(
        "Automation shared policy groups",
        "Create, change and delete shared policy groups by their human-readable ids.",
        ("AutomationPolicyGroups",),
    ),
    Tag(
        "Node",
        "Read the version, the settings and the figures of one daemon, and reload it.",
        (
            "technical.Node",
            "technical.Configuration",
            "technical.NodeHistory",
            "technical.Reloads",
        ),
    ),
    Tag(
        "Node health",
        "Find out whether a daemon works and takes clients.",
        ("Node", "technical.Health"),
    ),
    Tag(
        "Drain",
        "Move the clients of a daemon to others before it stops.",
        ("technical.Drain",),
    ),
    Tag(
        "Live streams",
        "List and end the streams of a daemon.",
        ("technical.LiveStreams",),
    ),
    Tag(
        "Node channels",
        "List the channels of a daemon with the positions of their readers.",
        ("technical.NodeChannels",),
    ),
    Tag(
        "Prometheus metrics",
        "Read the metrics of a daemon in the format of Prometheus.",
        ("technical.PrometheusMetrics",),
    ),
)
"""In the order of the document."""
_OF_FAMILY = {family: tag.name for tag in TAGS for family in tag.families}


def tag_of(family: type) -> str:
    """
    Return the name of the tag of a resource family.

    :param family: whose methods answer.
    """
    area = "technical." if family.__module__.startswith("relay.technical.") else ""
    return _OF_FAMILY[area + family.__name__]
