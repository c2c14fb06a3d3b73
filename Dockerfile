# oncall-router as one small image: docker build -t oncall-router . && docker run -p 8080:8080 -v oncall:/data oncall-router
ARG BASE=python:3.11-slim-bookworm

FROM ${BASE} AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
WORKDIR /src
COPY requirements.lock requirements-build.lock ./
# The venv has no pip of its own, and the build backend stays in this stage; all of it is pinned by hash.
RUN python -m venv --without-pip /venv \
 && python -m pip --python /venv/bin/python install --require-hashes -r requirements.lock \
 && python -m pip install --require-hashes -r requirements-build.lock
COPY pyproject.toml README.md ./
COPY app ./app
RUN python -m pip wheel --no-deps --no-build-isolation --wheel-dir /dist . \
 && python -m pip --python /venv/bin/python install --no-deps --no-index /dist/*.whl

FROM ${BASE}
LABEL org.opencontainers.image.title="oncall-router" \
      org.opencontainers.image.description="Every alert reaches the right person, at the right hour, until somebody has it."
# /data is all that is written to, so the root may be read-only. Mount your own rules over /etc/oncall.
RUN useradd --uid 10001 --no-create-home --shell /usr/sbin/nologin oncall \
 && install --directory --owner=10001 --group=10001 /data \
 && python -m pip uninstall --yes --quiet --root-user-action=ignore setuptools wheel pip
COPY --from=build /venv /venv
COPY routing_rules.yaml /etc/oncall/routing_rules.yaml
COPY runbooks /etc/oncall/runbooks
ENV PATH=/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    ONCALL_HOST=0.0.0.0 \
    ONCALL_PORT=8080 \
    ONCALL_RULES=/etc/oncall/routing_rules.yaml \
    ONCALL_RUNBOOKS=/etc/oncall/runbooks \
    ONCALL_STORE=sqlite:////data/oncall.db
USER 10001
WORKDIR /data
VOLUME /data
EXPOSE 8080
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=3s --start-period=10s --retries=3 \
  CMD ["python", "-c", "import os, urllib.request; urllib.request.urlopen('http://127.0.0.1:' + os.environ['ONCALL_PORT'] + '/healthz', timeout=2)"]
ENTRYPOINT ["oncall-router"]
CMD ["serve"]
