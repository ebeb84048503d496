"""The parts of the WebSocket entrypoint: handshake, frames, pings and limits."""
