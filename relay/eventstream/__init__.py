"""Sans-IO WHATWG event stream: event, parser, encoder, counter, continuity."""
