# oncall-router as one image. How to build, run and test it: docs/container.md.
# The tag is exact, so that a new base is a change that somebody makes. Add the digest that your registry shows:
# --build-arg BASE=python:3.11.15-slim-bookworm@sha256:...
ARG BASE=python:3.11.15-slim-bookworm

FROM ${BASE} AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
WORKDIR /src
COPY requirements.lock requirements-build.lock ./
# The venv has no pip of its own, and the build backend stays in this stage; all of it is pinned by hash. Bytecode is
# checked by hash too, so that it holds whatever a builder makes of the files' times.
RUN python -m venv --without-pip /venv \
 && python -m pip --python /venv/bin/python install --no-compile --require-hashes -r requirements.lock \
 && python -m compileall -q --invalidation-mode checked-hash /venv/lib \
 && python -m pip install --require-hashes -r requirements-build.lock
COPY pyproject.toml README.md ./
COPY app ./app
COPY routing_rules.yaml /staged/etc/oncall/routing_rules.yaml
COPY runbooks /staged/etc/oncall/runbooks
# The program goes to a tree of its own: a new version is a layer of a few megabytes, and the packages' layer stays.
RUN python -m pip wheel --no-deps --no-build-isolation --wheel-dir /dist . \
 && python -m pip --python /venv/bin/python install --no-compile --no-deps --no-index --root /staged /dist/*.whl \
 && python -m compileall -q --invalidation-mode checked-hash -s /staged /staged \
 && chmod -R u=rwX,go=rX /staged

FROM ${BASE}
# No installer stays. Python's own modules get their bytecode now, because the public base has none of it, and a
# read-only root could not keep what a start compiles. /data is all that is written to, beside /tmp.
RUN groupadd --gid 10001 oncall \
 && useradd --uid 10001 --gid 10001 --no-log-init --home-dir /nonexistent --no-create-home --shell /usr/sbin/nologin oncall \
 && install --directory --owner=10001 --group=10001 --mode=0750 /data \
 && python -m pip uninstall --yes --quiet --root-user-action=ignore setuptools wheel pip \
 && rm -rf /usr/local/lib/python3*/ensurepip \
 && python -m compileall -q -f --invalidation-mode checked-hash -x '/(ensurepip|idlelib|lib2to3|tests?|tkinter|turtledemo)/' \
      "$(python -c 'import os; print(os.path.dirname(os.__file__))')"
COPY --from=build /venv /venv
COPY --from=build /staged /
ENV PATH=/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    ONCALL_HOST=0.0.0.0 \
    ONCALL_PORT=8080 \
    ONCALL_RULES=/etc/oncall/routing_rules.yaml \
    ONCALL_RUNBOOKS=/etc/oncall/runbooks \
    ONCALL_STORE=sqlite:////data/oncall.db \
    ONCALL_JOURNAL=/data/journal
USER 10001:10001
WORKDIR /data
VOLUME /data
EXPOSE 8080
STOPSIGNAL SIGTERM
# Liveness, in every role: it asks the process, not the store. A bare socket is quick, and no proxy gets between.
# Linux takes a connection to 0.0.0.0 or :: as one to itself, so this reaches whatever ONCALL_HOST says.
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s --retries=3 \
  CMD ["python", "-IS", "-c", "import os, socket, sys; server = socket.create_connection((os.environ['ONCALL_HOST'], os.environ['ONCALL_PORT']), 2); server.sendall(b'GET /healthz HTTP/1.0\\r\\n\\r\\n'); sys.exit(b' 200 ' not in server.recv(32))"]
ENTRYPOINT ["oncall-router"]
CMD ["serve"]
ARG BASE
ARG VERSION=0.1.0
ARG REVISION=unknown
LABEL org.opencontainers.image.title="oncall-router" \
      org.opencontainers.image.description="Every alert reaches the right person, at the right hour, until somebody has it." \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}" \
      org.opencontainers.image.base.name="${BASE}"
