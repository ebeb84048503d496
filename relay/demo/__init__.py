"""
The demo: an event source for trying Relay, and the API for it.

``twistd relay-source`` imports ``Options`` and ``makeService`` from here.
"""

from relay.demo.run import DEMO_SOURCE, Demo
from relay.demo.service import Options, makeService
from relay.demo.setup import DemoApi, DemoError, demo_lines, setup_demo
from relay.demo.source import DEMO_KEY, DemoSource

__all__ = [
    "DEMO_KEY",
    "DEMO_SOURCE",
    "Demo",
    "DemoApi",
    "DemoError",
    "DemoSource",
    "Options",
    "demo_lines",
    "makeService",
    "setup_demo",
]
