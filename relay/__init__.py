"""An open event relay and API gateway for Server-Sent Events."""

__version__ = "0.1.0"
