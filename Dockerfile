FROM python:3.13-slim AS build

ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 PIP_NO_INPUT=1
RUN python -m venv /opt/sandbox
WORKDIR /src

# The lock first: it changes less often than the program.
COPY requirements/image.txt requirements/image.txt
RUN /opt/sandbox/bin/pip install --require-hashes -r requirements/image.txt

COPY . .
RUN /opt/sandbox/bin/pip install --no-build-isolation --no-deps . \
    && /opt/sandbox/bin/pip uninstall --yes hatchling pip


FROM python:3.13-slim

LABEL org.opencontainers.image.title="Fibre sandbox" org.opencontainers.image.licenses="Apache-2.0"

RUN useradd --system --create-home --home-dir /data --shell /usr/sbin/nologin sandbox
COPY --from=build /opt/sandbox /opt/sandbox

ENV PATH=/opt/sandbox/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    SANDBOX_HOST=0.0.0.0 \
    SANDBOX_PORT=8800 \
    SANDBOX_DATABASE_URL=sqlite:////data/sandbox.db \
    SANDBOX_QUOTA_REQUESTS=200 \
    SANDBOX_QUOTA_ORDERS=20000 \
    SANDBOX_QUOTA_BYTES=500000000 \
    SANDBOX_QUOTA_CALLBACKS=100 \
    SANDBOX_QUOTA_SIGN_UPS=60 \
    SANDBOX_KEEP_DAYS=90 \
    SANDBOX_IDLE_DAYS=90

USER sandbox
WORKDIR /data
VOLUME /data
EXPOSE 8800

HEALTHCHECK --interval=10s --timeout=3s --start-period=10s \
    CMD ["python", "-c", "import os, urllib.request as http; http.urlopen(f'http://127.0.0.1:{os.environ[\"SANDBOX_PORT\"]}/_sandbox/health', timeout=2)"]

ENTRYPOINT ["sandbox"]
CMD ["serve"]
