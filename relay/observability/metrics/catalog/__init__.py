"""
Every family of metrics that a daemon has.

The reference in ``docs/metrics.md`` is made of these declarations by
``scripts/metrics-page``.
"""
