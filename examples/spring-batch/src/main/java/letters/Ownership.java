package letters;

import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.stereotype.Component;

/** Fences this attempt's transactions. */
@Component
class Ownership {
  private final JdbcTemplate jdbc;

  Ownership(JdbcTemplate jdbc) {
    this.jdbc = jdbc;
  }

  /** Fails the current transaction unless this attempt is the request's current one, and keeps it current until the commit. */
  void require() {
    jdbc.queryForObject("select batch.own(?)", Long.class, System.getenv("BATCH_TOKEN"));
  }
}
