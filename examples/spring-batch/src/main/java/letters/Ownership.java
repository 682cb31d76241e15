package letters;

import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.stereotype.Component;

/** This attempt's right to commit. */
@Component
class Ownership {
  private final JdbcTemplate jdbc;

  Ownership(JdbcTemplate jdbc) {
    this.jdbc = jdbc;
  }

  /** Makes the current transaction fail unless this attempt is the request's current one, which it stays until the commit. */
  void require() {
    jdbc.queryForObject("select batch.own(?)", Long.class, System.getenv("BATCH_TOKEN"));
  }
}
