"""All tables of the store within one transaction."""

from sqlalchemy import Connection

from relay.model.secrets import ALL_SECRET, Masking
from relay.store.changes import Changes
from relay.store.secrets import Secrets
from relay.store.tables.api_index import ApiIndex
from relay.store.tables.apis import Apis
from relay.store.tables.audits import SYSTEM, Actor, Audits
from relay.store.tables.cluster.gateways import Gateways
from relay.store.tables.cluster.leases import Leases
from relay.store.tables.consumers.api_keys import ApiKeys
from relay.store.tables.consumers.applications import Applications
from relay.store.tables.consumers.entitlements import Entitlements
from relay.store.tables.consumers.subscriptions import Subscriptions
from relay.store.tables.delivery.deliveries import Deliveries
from relay.store.tables.delivery.histories import Histories
from relay.store.tables.deployments import Deployments
from relay.store.tables.flights.analytics import Analytics
from relay.store.tables.flights.records import Flights
from relay.store.tables.plans import Plans
from relay.store.tables.policy_groups.groups import SharedPolicyGroups
from relay.store.tables.policy_groups.uses import GroupUses
from relay.store.tables.sessions import Sessions
from relay.store.tables.tokens import Tokens
from relay.store.tables.users import Users


class Transaction:
    """One transaction. It is used in the thread that runs it, and not after its end.

    :param connection: on which the transaction has begun.
    :param now_ms: the instant of everything that happens in it.
    :param actor: on whose behalf it runs.
    :param masking: hides secrets in documents from the audit trail.
    """

    def __init__(
        self,
        connection: Connection,
        now_ms: int,
        actor: Actor = SYSTEM,
        masking: Masking = ALL_SECRET,
    ) -> None:
        self.now_ms = now_ms
        self.changes = Changes(connection)
        self.audits = audits = Audits(connection, now_ms, actor, masking)
        self.index = index = ApiIndex(connection)
        self.apis = Apis(connection, now_ms, audits, self.changes, index)
        self.plans = Plans(connection, now_ms, audits)
        self.group_uses = uses = GroupUses(connection)
        self.policy_groups = groups = SharedPolicyGroups(
            connection, now_ms, audits, self.changes, uses
        )
        self.deployments = Deployments(
            connection, self.changes, now_ms, audits, index, groups
        )
        self.gateways = Gateways(connection, now_ms)
        self.sessions = sessions = Sessions(connection, now_ms, audits)
        self.users = Users(connection, now_ms, audits, sessions)
        self.tokens = Tokens(connection, now_ms, audits)
        self.applications = Applications(connection, now_ms, audits, self.changes)
        self.subscriptions = Subscriptions(connection, now_ms, audits, self.changes)
        self.api_keys = ApiKeys(
            connection, now_ms, audits, self.changes, self.applications
        )
        self.entitlements = Entitlements(connection)
        self.histories = Histories(connection)
        self.leases = Leases(connection)
        self.deliveries = Deliveries(connection, self.changes)
        self.secrets = Secrets(connection, now_ms)
        self.flights = Flights(connection, now_ms)
        self.analytics = Analytics(connection)

    def touch(self, api_id: str) -> None:
        """Announce to the gateways that an API has changed.

        Changing an API's ``state``, deploying and deleting announce it by themselves.

        :param api_id: the API, which need not exist any more.
        """
        self.changes.touch(api_id)
