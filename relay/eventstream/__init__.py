"""Sans-IO WHATWG event stream: event, parser, encoder, boundary scanner."""
