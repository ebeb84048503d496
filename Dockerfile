# Relay in a container: as a user without rights, with a root file system that may be
# read-only, and one volume, /data.
#
#   docker build -t relay .
#   docker run --read-only --cap-drop ALL -p 8082:8082 -p 127.0.0.1:8083:8083 \
#       -v relay-data:/data relay

ARG PYTHON_IMAGE=docker.io/library/python:3.13-slim

FROM ${PYTHON_IMAGE} AS build
WORKDIR /src
COPY pyproject.toml setup.cfg README.md LICENSE ./
COPY relay relay
COPY twisted twisted
COPY etc etc
RUN python3 -m venv /opt/relay && /opt/relay/bin/pip install --no-cache-dir '.[postgresql]'
# Write the plugin caches of the installed package, which Twisted would otherwise try to
# write at each start.
WORKDIR /
RUN /opt/relay/bin/python -c "from twisted.plugin import IPlugin, getPlugins; list(getPlugins(IPlugin))" \
 && /opt/relay/bin/python -c "from relay.installed import find_installed; find_installed()"

FROM ${PYTHON_IMAGE}
COPY --from=build /opt/relay /opt/relay
RUN install -d -o 10001 -g 10001 -m 0700 /data
USER 10001:10001
ENV PATH=/opt/relay/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    RELAY__LOG__ACCESS=- \
    RELAY__MANAGEMENT__ENDPOINT=tcp:8083 \
    RELAY__TECHNICAL__ENDPOINT=tcp:18082
WORKDIR /data
VOLUME /data
# Clients; management API; technical API.
EXPOSE 8082 8083 18082
# Not all probes: a certificate that cannot be renewed is no reason to replace a container
# whose streams go on. A start may wait for a store that another process locks.
HEALTHCHECK --interval=10s --timeout=5s --start-period=90s --retries=3 \
    CMD ["python3", "-c", "from urllib.request import urlopen; urlopen('http://127.0.0.1:18082/_node/health?probes=listeners,loopLag', timeout=4)"]
ENTRYPOINT ["twistd", "--nodaemon", "--pidfile=", "relay", "--data-dir", "/data"]
