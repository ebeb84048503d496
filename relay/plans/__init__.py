"""
Plans: who is let in, by which credentials, and until when.

A plugin package: other distributions add plans by shipping a module in
``relay/plans`` that holds providers of ``relay.plans.interfaces.IPlan``.
"""

from twisted.plugin import pluginPackagePaths

__path__.extend(pluginPackagePaths(__name__))
__all__: list[str] = []
