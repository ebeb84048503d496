"""
The demo: an event source for trying Relay, and the API for it.

``twistd relay-source`` imports ``Options`` and ``makeService`` from here.
"""

from relay.demo.run import Demo
from relay.demo.service import Options, makeService
from relay.demo.setup import DemoApi, DemoError, demo_lines, setup_demo
from relay.demo.source import DEMO_KEY, DemoSource

__all__ = [
    "DEMO_KEY",
    "Demo",
    "DemoApi",
    "DemoError",
    "DemoSource",
    "Options",
    "demo_lines",
    "makeService",
    "setup_demo",
]
