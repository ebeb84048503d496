"""Makes ``twistd relay``, ``twist relay`` and ``twistd relay-source`` known."""

from twisted.application.service import ServiceMaker

relay = ServiceMaker("relay", "relay.tap", "Event relay and API gateway", "relay")
source = ServiceMaker("source", "relay.demo", "Demo event source", "relay-source")
