# Build:  docker build -t easel .
# Run:    docker run -d --name easel --env-file .env -v easel-data:/data easel
# docs/operating.md says more: the page from outside, a read-only root, upgrades.

FROM python:3.11.14-slim-trixie AS builder
RUN python -m venv /opt/easel
COPY requirements.txt .
# Every file is checked against its hash in the lock.
RUN /opt/easel/bin/pip install --no-cache-dir --disable-pip-version-check --require-hashes -r requirements.txt

# What they are licensed under is passed on with them.
COPY ops/licences.py ops/
RUN /opt/easel/bin/python ops/licences.py --texts > /opt/easel/THIRD-PARTY-LICENCES.txt

FROM python:3.11.14-slim-trixie
LABEL org.opencontainers.image.title=Easel \
    org.opencontainers.image.licenses=MIT
# The slim image has no fonts: the sandbox's lettering and the label on pictures need Latin and Chinese.
RUN apt-get update \
    && apt-get install -y --no-install-recommends fonts-dejavu-core fonts-wqy-microhei \
    && rm -rf /var/lib/apt/lists/*
# Made here, so that a fresh volume belongs to the user that writes to it.
RUN mkdir /data && chown 10001:10001 /data
WORKDIR /app
COPY --from=builder /opt/easel /opt/easel
COPY LICENSE ./
COPY bot bot
COPY slack-manifest.yaml bot/
COPY cogs cogs
COPY db db
# Once, here: nothing can be written later, and every start and health check would compile all of it anew.
RUN python -m compileall -q bot cogs db
ENV PATH=/opt/easel/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    MALLOC_ARENA_MAX=2 \
    DATA_DIR=/data
# Nothing but /data and (by the sandbox) /tmp is written, so the root file system may be read-only.
VOLUME ["/data"]
USER 10001:10001
# The page stays on the container's loopback unless WEB_HOST=0.0.0.0 and WEB_TOKEN are set; publish the port then.
EXPOSE 8080
# The first start makes the tables; a check costs one small process.
HEALTHCHECK --interval=30s --timeout=10s --start-period=20s --retries=3 CMD ["python", "-m", "bot", "health"]
# The program itself saves what is under way within eight seconds; Docker waits ten.
STOPSIGNAL SIGTERM
CMD ["python", "-m", "bot", "run"]
