# syntax=docker/dockerfile:1
FROM node:22.14.0-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --no-audit --no-fund
COPY tsconfig.base.json vite.config.ts ./
COPY protocols protocols
COPY simulator simulator
COPY src src
RUN npx tsc -b src src/web/ui simulator && npx vite build --logLevel warn && npm prune --omit=dev --no-audit --no-fund

FROM node:22.14.0-bookworm-slim
ENV NODE_ENV=production
WORKDIR /app
COPY --from=build /app/package.json ./
COPY --from=build /app/node_modules node_modules
COPY --from=build /app/dist dist
# A user of its own, who owns nothing but the data folder.
RUN groupadd --gid 10470 hai \
  && useradd --uid 10470 --gid 10470 --no-create-home --shell /usr/sbin/nologin hai \
  && install --directory --owner=10470 --group=10470 --mode=0700 /var/lib/hai-bridge
USER 10470:10470
VOLUME /var/lib/hai-bridge
EXPOSE 8470
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s --retries=3 \
  CMD ["node", "-e", "fetch('http://127.0.0.1:8470/healthz').then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["node", "/app/dist/src/cli/main.js"]
CMD ["up"]
