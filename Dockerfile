# networkml as a container: docs/container.md. Builds for linux/amd64 and linux/arm64: nothing in it is compiled.
ARG NODE_IMAGE=docker.io/library/node:20.20.2-bookworm-slim

FROM ${NODE_IMAGE} AS build
WORKDIR /src
COPY package.json package-lock.json ./
# Settings of npm (a registry of one's own, a proxy) come in as a secret and stay out of the image.
RUN --mount=type=secret,id=npmrc,target=/root/.npmrc npm ci --ignore-scripts --no-audit --no-fund
COPY tsconfig.json ./
COPY scripts ./scripts
COPY src ./src
COPY assembly ./assembly
COPY models ./models
COPY schemas ./schemas
RUN node scripts/build.mjs --no-types \
  && npm prune --omit=dev --ignore-scripts --no-audit --no-fund \
  && rm -f node_modules/.package-lock.json && find node_modules -type d -empty -delete \
  && node scripts/sbom.mjs -o sbom.cdx.json

FROM ${NODE_IMAGE}
ARG VERSION=0.1.0
ARG REVISION=unknown
LABEL org.opencontainers.image.title="networkml" \
  org.opencontainers.image.description="Tells a device's role from its packet capture, and whether it behaves like others of that role" \
  org.opencontainers.image.licenses="Apache-2.0" \
  org.opencontainers.image.version="${VERSION}" \
  org.opencontainers.image.revision="${REVISION}" \
  org.opencontainers.image.documentation="docs/container.md"
WORKDIR /app
COPY --from=build /src/node_modules ./node_modules
COPY --from=build /src/dist ./dist
COPY --from=build /src/package.json /src/sbom.cdx.json ./
COPY models ./models
COPY schemas ./schemas
COPY LICENSE CHANGELOG.md SECURITY.md ./
COPY scripts/container-health.mjs ./
RUN mkdir /captures && chown 10001:10001 /captures
USER 10001:10001
WORKDIR /captures
ENV NODE_ENV=production NETWORKML_HTTP=127.0.0.1:8321
# Node itself is the first process: networkml handles SIGTERM and SIGINT, and nothing stands between.
ENTRYPOINT ["node", "/app/dist/cli/main.cjs"]
# The server is named by NATS_URL.
CMD ["serve", "--watch", "/captures"]
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s --retries=3 CMD ["node", "/app/container-health.mjs"]
