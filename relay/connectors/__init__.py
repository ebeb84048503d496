"""
Connectors of MESSAGE APIs: endpoints, which feed channels, and entrypoints.

A plugin package: other distributions add connectors by shipping a module in
``relay/connectors`` that holds providers of ``relay.connectors.interfaces``.
"""

from twisted.plugin import pluginPackagePaths

__path__.extend(pluginPackagePaths(__name__))
__all__: list[str] = []
