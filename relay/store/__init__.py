"""Definitions, deployments and users in one database, with a change feed."""

from relay.store.errors import StoreError
from relay.store.feed import ChangeFeed
from relay.store.store import Store
from relay.store.transaction import Transaction

__all__ = ["ChangeFeed", "Store", "StoreError", "Transaction"]
