"""The bodies of the ``http-get`` entrypoint's answers, in Relay's form and others."""
