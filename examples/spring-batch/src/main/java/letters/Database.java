package letters;

import java.util.Map;

/** The JDBC URL, from libpq's environment variables, which the JDBC driver does not read. */
final class Database {
  private Database() {}

  static String url(Map<String, String> env) {
    String host = env.get("PGHOST");
    String port = env.getOrDefault("PGPORT", "5432");
    String address = "jdbc:postgresql://%s:%s/%s".formatted(
        host.startsWith("/") ? "localhost" : host, port, env.get("PGDATABASE"));
    if (host.startsWith("/")) {
      return address + "?sslmode=disable&socketFactory=org.newsclub.net.unix.AFUNIXSocketFactory$FactoryArg&socketFactoryArg="
          + host + "/.s.PGSQL." + port;
    }
    String root = env.get("PGSSLROOTCERT");
    return address + "?sslmode=" + env.getOrDefault("PGSSLMODE", "prefer") + (root == null ? "" : "&sslrootcert=" + root);
  }
}
