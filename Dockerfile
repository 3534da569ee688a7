# Jobtrail as one small image: production dependencies and the compiled program, nothing else.
#
# Node 24 is the long-term support line with the widest support among the dependencies (fixes until April 2028).
# Debian slim, because the native password hash ships a glibc build. The same version stands in .nvmrc.

FROM node:24-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci
COPY nest-cli.json tsconfig.json tsconfig.build.json .swcrc ./
COPY src ./src
RUN npm run build

FROM node:24-bookworm-slim AS dependencies
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --omit=dev

FROM node:24-bookworm-slim AS runtime
LABEL org.opencontainers.image.title="Jobtrail" \
      org.opencontainers.image.description="Self-hosted service for tracking jobs through statuses, with an immutable trail of every change" \
      org.opencontainers.image.licenses="MIT"
ENV NODE_ENV=production \
    PORT=3000 \
    DIAGNOSTICS_DIR=/var/lib/jobtrail/diagnostics \
    MALLOC_MMAP_THRESHOLD_=131072
WORKDIR /app
# Owned by root, so the program cannot change itself.
COPY --from=dependencies /app/node_modules ./node_modules
COPY --from=build /app/dist ./dist
COPY package.json ./
# The one folder that the program writes to: CPU profiles that it takes when it is busy for long. A volume, so that they
# outlast the container and a read-only root.
RUN install --directory --owner=node --group=node --mode=0700 /var/lib/jobtrail/diagnostics
VOLUME /var/lib/jobtrail/diagnostics
USER node
EXPOSE 3000
# The program drains and ends on SIGTERM by itself, also as process 1.
STOPSIGNAL SIGTERM
# Liveness only: a database that is away is no reason to restart the program.
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s --retries=3 \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT}/api/health/live`, { signal: AbortSignal.timeout(2500) }).then((answer) => process.exit(answer.ok ? 0 : 1), () => process.exit(1))"]
CMD ["node", "dist/main.js"]
