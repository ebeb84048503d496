"""What happened at the gateways: the logs of calls, and figures of them."""
