package letters;

import org.springframework.batch.item.support.AbstractItemCountingItemStreamItemReader;

/** Reads the numbers 1 to count; the position is in the step's execution context. */
public class NumberReader extends AbstractItemCountingItemStreamItemReader<Long> {
  private final long count;

  public NumberReader(long count) {
    this.count = count;
    setName("numbers");
  }

  @Override
  protected Long doRead() {
    long number = getCurrentItemCount();
    return number <= count ? number : null;
  }

  @Override
  protected void jumpToItem(int itemIndex) {
    // The position is the item count, which the superclass restores.
  }

  @Override
  protected void doOpen() {
    // There is nothing to open.
  }

  @Override
  protected void doClose() {
    // There is nothing to close.
  }
}
