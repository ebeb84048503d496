"""Every setting of the daemon, as one frozen value.

A setting is taken from a command-line option, the environment variable
``RELAY__SECTION__NAME``, the TOML file or its default, in this order. Durations end in
``_ms``, sizes in ``_bytes``.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass, replace

from relay.settings.cluster import ClusterSettings
from relay.settings.daemon import (
    AdminSettings,
    CertificateSettings,
    DrainSettings,
    OutboundSettings,
    ProcessSettings,
    ResolverSettings,
    StoreSettings,
)
from relay.settings.demo import DemoSettings, is_local
from relay.settings.gateway import GatewaySettings, LimitSettings
from relay.settings.listeners import (
    ConsoleSettings,
    ManagementSettings,
    TechnicalSettings,
)
from relay.settings.observability import LogSettings, MetricsSettings, RecordSettings
from relay.settings.source import (
    Given,
    Mistakes,
    SettingsError,
    build,
    from_demo,
    from_environment,
    from_file,
    from_options,
)
from relay.settings.tracing import TracingSettings


@dataclass(frozen=True)
class Settings:
    """All settings; each section's defaults stand in its own class."""

    data_dir: str
    """An absolute path."""
    gateway: GatewaySettings = GatewaySettings()
    management: ManagementSettings = ManagementSettings()
    console: ConsoleSettings = ConsoleSettings()
    technical: TechnicalSettings = TechnicalSettings()
    metrics: MetricsSettings = MetricsSettings()
    records: RecordSettings = RecordSettings()
    store: StoreSettings = StoreSettings()
    cluster: ClusterSettings = ClusterSettings()
    admin: AdminSettings = AdminSettings()
    log: LogSettings = LogSettings()
    tracing: TracingSettings = TracingSettings()
    limits: LimitSettings = LimitSettings()
    outbound: OutboundSettings = OutboundSettings()
    certificates: CertificateSettings = CertificateSettings()
    resolver: ResolverSettings = ResolverSettings()
    drain: DrainSettings = DrainSettings()
    process: ProcessSettings = ProcessSettings()


def load(
    config_path: str | None,
    data_dir: str,
    environ: Mapping[str, str],
    options: Mapping[str, object],
) -> Settings:
    """
    Read every source and merge them.

    The parameters and the exception are those of :func:`read_sources`.
    """
    return read_sources(config_path, data_dir, environ, options)[0]


def read_sources(
    config_path: str | None,
    data_dir: str,
    environ: Mapping[str, str],
    options: Mapping[str, object],
) -> tuple[Settings, dict[str, Given]]:
    """
    Read every source and merge them: option over environment over file over default.

    :param config_path: the TOML file, if there is one.
    :param data_dir: where the daemon keeps its files; made absolute.
    :param environ: the environment; names that begin with ``RELAY__`` count.
    :param options: the command line. ``gateway`` holds endpoint strings and replaces
        all listeners, ``management`` and ``technical`` one. ``demo`` holds the defaults
        of the demo, if it runs. Others are not looked at.
    :return: the settings, and the values that the sources gave, by name.
    :raises SettingsError: with one line for each thing that cannot be used.
    """
    mistakes = Mistakes()
    demo = options.get("demo")
    given = from_demo(demo) if isinstance(demo, DemoSettings) else {}
    with mistakes.noted():
        if config_path is not None:
            given |= from_file(config_path, Settings, mistakes)
    given |= from_environment(environ, Settings, mistakes)
    with mistakes.noted():
        given |= from_options(options)
    if "data_dir" in given:
        with mistakes.noted():
            source = given["data_dir"].source
            raise SettingsError(f"data_dir ({source}): is set by --data-dir only")
    given["data_dir"] = Given(os.path.abspath(data_dir), "--data-dir", origin="option")
    settings = None
    with mistakes.noted():
        settings = _substituted(build(Settings, given, "--data-dir"))
        settings.cluster.check()
        if isinstance(demo, DemoSettings):
            _check_local(settings, given)
    mistakes.check()
    assert settings is not None
    return settings, given


def _check_local(settings: Settings, given: Mapping[str, Given]) -> None:
    """
    Check the addresses of a daemon that runs the demo, whose passwords are public.

    :raises SettingsError: for each that other machines could connect to.
    """
    named = {f"{one}.endpoint": one for one in ("management", "technical")}
    endpoints = {key: getattr(settings, one).endpoint for key, one in named.items()}
    for number, listener in enumerate(settings.gateway.listeners):
        endpoints[f"gateway.listeners[{number}].endpoint"] = listener.endpoint
    wrong = [key for key, one in endpoints.items() if one and not is_local(one)]
    if wrong:
        raise SettingsError(
            *(
                f"{key} ({given[key.partition('[')[0]].source}): with --demo it must be"
                " a loopback address, such as tcp:8082:interface=127.0.0.1"
                for key in wrong
            )
        )


def _substituted(settings: Settings) -> Settings:
    def put(text: str) -> str:
        return text.replace("{data_dir}", settings.data_dir)

    store = replace(settings.store, url=put(settings.store.url))
    if store.url != settings.store.url and "?" in settings.data_dir:
        raise SettingsError("data_dir (--data-dir): must not contain a question mark")
    log = replace(settings.log, access=put(settings.log.access))
    return replace(settings, store=store, log=log)
