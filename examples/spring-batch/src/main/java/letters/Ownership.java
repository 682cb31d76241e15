package letters;

import org.springframework.batch.core.ChunkListener;
import org.springframework.batch.core.scope.context.ChunkContext;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.stereotype.Component;
import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.transaction.support.TransactionSynchronizationManager;

/** Fences this attempt's transactions. As a step's listener: those of its chunks, which also update the JobRepository. */
@Component
class Ownership implements ChunkListener {
  private final JdbcTemplate jdbc;

  Ownership(JdbcTemplate jdbc) {
    this.jdbc = jdbc;
  }

  /** Fails the current transaction unless this attempt is the request's current one, and keeps it current until the commit. */
  void require() {
    jdbc.queryForObject("select batch.own(?)", Long.class, System.getenv("BATCH_TOKEN"));
  }

  /** Called in the chunk's transaction. */
  @Override
  public void beforeChunk(ChunkContext context) {
    TransactionSynchronizationManager.registerSynchronization(new TransactionSynchronization() {
      @Override
      public void afterCompletion(int status) {
        // The connection broke: Spring Batch does not know whether the chunk was committed, and would store the position before it. The
        // database knows, and so does the next attempt.
        if (status == STATUS_UNKNOWN) Runtime.getRuntime().halt(1);
      }
    });
    require();
  }
}
