# The same steps as tests/run: restore and build with the SDK and Node, then only what runs.
FROM node:20-bookworm-slim AS node

FROM mcr.microsoft.com/dotnet/sdk:10.0 AS build
COPY --from=node /usr/local/bin /usr/local/bin
COPY --from=node /usr/local/lib/node_modules /usr/local/lib/node_modules
WORKDIR /source
COPY . .
RUN CI=true dotnet publish src/Comeback/Comeback.csproj -c Release -o /app --nologo

# Debian-based, so that ICU and tzdata are there (names of languages, dates in texts).
FROM mcr.microsoft.com/dotnet/aspnet:10.0
RUN apt-get update && apt-get install -y --no-install-recommends curl tzdata && rm -rf /var/lib/apt/lists/* \
    && mkdir -p /data && chown app:app /data
WORKDIR /app
COPY --from=build /app .
# A published binary is Production: it wants a master key, kept apart from /data (mount it and name it, e.g. /run/secrets/comeback.key).
ENV Comeback__Data=/data \
    Comeback__Urls=http://+:8080 \
    Comeback__MasterKeyFile=/run/secrets/comeback.key
VOLUME /data
EXPOSE 8080
USER app
# Stopping takes up to 25 seconds: run with --stop-timeout 30.
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=3s --start-period=30s CMD curl -fsS http://localhost:8080/healthz || exit 1
ENTRYPOINT ["/app/Comeback"]
