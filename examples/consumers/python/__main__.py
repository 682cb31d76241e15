import pulumi
import pulumi_postgres_batch as batch

config = pulumi.Config()

keda = batch.Keda("keda", existing={"namespace": "keda"})
postgres = batch.Postgres(
    "postgres",
    namespace="pages",
    existing={
        "host": config.require("host"),
        "database": config.require("database"),
        "admin": {"user": config.require("user"), "password": config.require_secret("password")},
        "tls": {"ca": config.require("ca")},
    },
)
shared = {
    "namespace": postgres.namespace,
    "database": postgres.address,
    "worker": postgres.worker,
    "scaler": postgres.scaler,
}
schema = batch.SchemaMigration(
    "schema",
    **shared,
    admin=postgres.admin,
    image={"reference": config.require("image")},
    attach=[{"kind": "page", "table": "pages"}],
    opts=pulumi.ResourceOptions(depends_on=[keda, postgres]),
)
pages = batch.BatchScaledJob(
    "pages",
    **shared,
    kind="page",
    image={"reference": "busybox:1"},
    command=["sh", "-c", "cat"],
    runner={"reference": config.require("runner")},
    opts=pulumi.ResourceOptions(depends_on=[keda, schema]),
)

pulumi.export("job", pages.job)
