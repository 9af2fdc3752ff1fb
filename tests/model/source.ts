/** What a `sendAll` of the model sends: items that the scheduler gives, one at a time, and nothing in between. */
export class ModelSource<T> implements AsyncIterableIterator<T> {
  /** Called when the next item is requested: the item before it has left. */
  private readonly onAsked: () => void;
  private resolve: ((step: IteratorResult<T>) => void) | undefined = undefined;
  private reject: ((error: unknown) => void) | undefined = undefined;
  /** Whether the iteration was ended early. */
  isLetGo = false;
  isOver = false;

  constructor(onAsked: () => void) {
    this.onAsked = onAsked;
  }

  /** Whether an item is waited for. */
  get isAsked(): boolean {
    return this.resolve !== undefined;
  }

  next(): Promise<IteratorResult<T>> {
    this.onAsked();
    return new Promise((resolve, reject) => {
      this.resolve = resolve;
      this.reject = reject;
    });
  }

  return(): Promise<IteratorResult<T>> {
    this.isLetGo = true;
    this.isOver = true;
    this.settle()({ done: true, value: undefined });
    return Promise.resolve({ done: true, value: undefined });
  }

  give(item: T): void {
    this.settle()({ done: false, value: item });
  }

  finish(): void {
    this.isOver = true;
    this.settle()({ done: true, value: undefined });
  }

  fail(error: unknown): void {
    const { reject } = this;
    this.isOver = true;
    this.settle();
    reject?.(error);
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  private settle(): (step: IteratorResult<T>) => void {
    const { resolve } = this;
    this.resolve = undefined;
    this.reject = undefined;
    return resolve ?? (() => {});
  }
}
