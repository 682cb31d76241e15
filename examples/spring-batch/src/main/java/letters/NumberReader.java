package letters;

import org.springframework.batch.item.support.AbstractItemCountingItemStreamItemReader;

/** The numbers 1 to count; how many were read is in the step's execution context. */
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
    // The position is the count of items, which the superclass has restored.
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
