"""
The tests of Relay.

A machine that has more to do than a test takes longer, which fails no property.
"""

from hypothesis import HealthCheck, settings

settings.register_profile(
    "relay", deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("relay")
