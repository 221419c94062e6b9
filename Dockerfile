# River in a small image: `docker build -t river .`, then `docker run river --help`.
# Debian, not Alpine: Temporal's native part is built for glibc.
FROM node:24-slim AS build
WORKDIR /river
COPY package.json package-lock.json .npmrc ./
RUN npm ci --no-audit --no-fund
COPY tsconfig.json tsconfig.build.json ./
COPY scripts/build.ts scripts/build.ts
COPY src src
RUN npm run build
# What only a checkout needs goes, and with it the native parts for other systems (about 80 MB).
RUN npm prune --omit=dev --no-audit --no-fund \
  && rm -rf node_modules/@temporalio/core-bridge/sdk-core \
  && find node_modules/@temporalio/core-bridge/releases -mindepth 1 -maxdepth 1 ! -name '*-linux-gnu' -exec rm -r {} +

FROM node:24-slim
# Temporal's client trusts what the system trusts; the slim image trusts nobody.
RUN apt-get update \
  && apt-get install -y --no-install-recommends ca-certificates \
  && rm -rf /var/lib/apt/lists/*
ENV NODE_ENV=production
COPY --from=build /river/node_modules /river/node_modules
COPY --from=build /river/dist /river/dist
COPY package.json river.schema.json LICENSE /river/
RUN chmod +x /river/dist/cli/main.js \
  && ln -s /river/dist/cli/main.js /usr/local/bin/river \
  && install -d -o node -g node /config
# river.yaml is looked for here.
WORKDIR /config
USER node
ENTRYPOINT ["river"]
CMD ["worker"]
