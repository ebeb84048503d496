"""Reports on deployments, as the processes of a daemon exchange them."""

from __future__ import annotations

from collections.abc import Sequence

from relay.model.records import ServingReport


def worst(reports: Sequence[ServingReport]) -> ServingReport | None:
    """
    Return the report of a daemon on a deployment, made of those of its workers: a
    deployment is in force when it is in force in all of them.

    :return: None when no worker is to serve the API.
    """
    return min(
        reports,
        key=lambda one: (one.reason is None, one.serving or 0),
        default=None,
    )
