package letters;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.Map;
import org.springframework.batch.core.BatchStatus;
import org.springframework.batch.core.Job;
import org.springframework.batch.core.JobExecution;
import org.springframework.batch.core.JobParameters;
import org.springframework.batch.core.JobParametersBuilder;
import org.springframework.batch.core.launch.JobLauncher;
import org.springframework.batch.core.repository.JobRepository;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;

/** A postgres-batch command that writes the letters of one mailing; the request id is the identifying job parameter. */
@SpringBootApplication
public class Letters {
  public static void main(String[] args) throws Exception {
    JsonNode row = new ObjectMapper().readTree(System.in);
    SpringApplication application = new SpringApplication(Letters.class);
    application.setDefaultProperties(Map.of(
        "spring.datasource.url", Database.url(System.getenv()),
        "spring.datasource.username", System.getenv("PGUSER"),
        "spring.datasource.password", System.getenv().getOrDefault("PGPASSWORD", "")));
    try (var context = application.run(args)) {
      JobParameters identity = new JobParametersBuilder()
          .addLong("request", Long.valueOf(System.getenv("BATCH_REQUEST_ID")))
          .addLong("count", row.get("count").asLong(), false)
          .toJobParameters();
      Job job = context.getBean(Job.class);
      JobExecution last = context.getBean(JobRepository.class).getLastJobExecution(job.getName(), identity);
      if (last != null && last.getStatus() == BatchStatus.COMPLETED) return;
      if (last != null) context.getBean(Predecessor.class).end(last);
      JobExecution execution = context.getBean(JobLauncher.class).run(job, identity);
      if (execution.getStatus() != BatchStatus.COMPLETED) {
        execution.getAllFailureExceptions().forEach(failure -> System.err.println(failure));
        System.exit(1);
      }
    }
  }
}
