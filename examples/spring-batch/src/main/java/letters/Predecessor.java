package letters;

import java.time.LocalDateTime;
import java.util.EnumSet;
import java.util.Set;
import org.springframework.batch.core.BatchStatus;
import org.springframework.batch.core.ExitStatus;
import org.springframework.batch.core.JobExecution;
import org.springframework.batch.core.StepExecution;
import org.springframework.batch.core.repository.JobRepository;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;

/**
 * The execution of a killed attempt stays STARTED, and Spring Batch refuses to restart it because it might still be running. It is
 * safe here: batch.own() succeeds only for the current attempt of a request, so every earlier one is dead or can no longer commit.
 */
@Component
class Predecessor {
  private static final ExitStatus DEAD = ExitStatus.FAILED.addExitDescription("its process was killed");

  /** Spring Batch restarts none of these. UNKNOWN: the database was unavailable when the execution was to be ended. */
  private static final Set<BatchStatus> UNFINISHED =
      EnumSet.of(BatchStatus.STARTING, BatchStatus.STARTED, BatchStatus.STOPPING, BatchStatus.UNKNOWN);

  private final JobRepository repository;
  private final Ownership ownership;

  Predecessor(JobRepository repository, Ownership ownership) {
    this.repository = repository;
    this.ownership = ownership;
  }

  /** Marks an execution that no process ended as FAILED, from which Spring Batch restarts at the last committed chunk. */
  @Transactional
  public void end(JobExecution execution) {
    ownership.require();
    for (StepExecution step : execution.getStepExecutions()) {
      if (!UNFINISHED.contains(step.getStatus())) continue;
      step.setStatus(BatchStatus.FAILED);
      step.setExitStatus(DEAD);
      step.setEndTime(LocalDateTime.now());
      repository.update(step);
    }
    if (!UNFINISHED.contains(execution.getStatus())) return;
    execution.setStatus(BatchStatus.FAILED);
    execution.setExitStatus(DEAD);
    execution.setEndTime(LocalDateTime.now());
    repository.update(execution);
    System.out.printf("execution %d was killed; it restarts at its last committed chunk%n", execution.getId());
  }
}
