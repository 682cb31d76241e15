package letters;

import java.util.List;
import org.springframework.batch.core.ChunkListener;
import org.springframework.batch.core.Job;
import org.springframework.batch.core.Step;
import org.springframework.batch.core.configuration.annotation.StepScope;
import org.springframework.batch.core.job.builder.JobBuilder;
import org.springframework.batch.core.repository.JobRepository;
import org.springframework.batch.core.step.builder.StepBuilder;
import org.springframework.batch.item.ItemWriter;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.transaction.PlatformTransactionManager;

/** One chunk step: the letters, the reader's position and the JobRepository are committed together, in the same PostgreSQL. */
@Configuration
class LettersJob {
  private static final int CHUNK = 20;

  @Bean
  Job job(JobRepository repository, Step step) {
    return new JobBuilder("letters", repository).start(step).build();
  }

  @Bean
  Step step(
      JobRepository repository,
      PlatformTransactionManager transactions,
      NumberReader reader,
      ItemWriter<Long> writer,
      Ownership ownership) {
    return new StepBuilder("write", repository)
        .<Long, Long>chunk(CHUNK, transactions)
        .reader(reader)
        .writer(writer)
        .listener((ChunkListener) ownership)
        .build();
  }

  @Bean
  @StepScope
  NumberReader reader(@Value("#{jobParameters['count']}") long count) {
    return new NumberReader(count);
  }

  @Bean
  @StepScope
  ItemWriter<Long> writer(@Value("#{jobParameters['request']}") long mailing, JdbcTemplate jdbc) {
    return chunk -> {
      // Sequences are not rolled back, so this counts all chunks that were started.
      jdbc.queryForObject("select nextval('letter_chunks')", Long.class);
      List<Object[]> letters = chunk.getItems().stream()
          .map(number -> new Object[] {mailing, number, "Dear reader %d, ...".formatted(number)})
          .toList();
      jdbc.batchUpdate("insert into letters (mailing_id, number, text) values (?, ?, ?)", letters);
      Thread.sleep(100);
    };
  }
}
