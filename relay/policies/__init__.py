"""
Policies of PROXY and MESSAGE APIs, for calls and events.

A plugin package: other distributions add policies by shipping a module in
``relay/policies`` that holds providers of ``relay.policies.interfaces.IPolicy``.
"""

from twisted.plugin import pluginPackagePaths

__path__.extend(pluginPackagePaths(__name__))
__all__: list[str] = []
