# An image for a command's pods: any image, with the runner beside it (worker/Dockerfile, target runner). Needs no context.
ARG IMAGE
ARG RUNNER
FROM ${RUNNER} AS runner

FROM ${IMAGE}
COPY --from=runner / /batch
# What an image sets for its own Node, C library or OpenSSL is for the command, and would break the runner (docs/commands.md).
ENV COMMAND_ENV_NODE_OPTIONS=$NODE_OPTIONS NODE_OPTIONS= \
    COMMAND_ENV_NODE_TLS_REJECT_UNAUTHORIZED=$NODE_TLS_REJECT_UNAUTHORIZED NODE_TLS_REJECT_UNAUTHORIZED= \
    COMMAND_ENV_LD_PRELOAD=$LD_PRELOAD LD_PRELOAD= \
    COMMAND_ENV_OPENSSL_CONF=$OPENSSL_CONF OPENSSL_CONF=
ENV NODE_COMPILE_CACHE=/batch/.cache
ENTRYPOINT ["/batch/lib/loader", "--library-path", "/batch/lib", "/batch/node", "/batch/worker/src/main.ts"]
CMD []
