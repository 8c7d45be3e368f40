/** Does a job for every item, at most `limit` at a time. @returns the results in the order of the items */
export async function inParallel<T, R>(
  limit: number,
  items: readonly T[],
  job: (item: T) => Promise<R>,
): Promise<R[]> {
  const results: R[] = [];
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < items.length) {
      const i = next++;
      results[i] = await job(items[i] as T);
    }
  };
  await Promise.all(Array.from({ length: Math.min(limit, items.length) }, worker));
  return results;
}

/** Something that may have to wait for others of its kind. */
export interface Ordered {
  readonly name: string;
  /** Names of those that come first; names that are not among the items are passed over. */
  readonly after: readonly string[];
}

/**
 * Does a job for every item once those it comes after are done, at most `limit` at a time, earlier items first.
 * Items that wait for each other in a circle are done at the end.
 */
export async function inOrder<T extends Ordered>(
  limit: number,
  items: readonly T[],
  job: (item: T) => Promise<void>,
): Promise<void> {
  const waiting = [...items];
  const unfinished = new Set(items.map(({ name }) => name));
  const running = new Set<Promise<void>>();
  while (waiting.length > 0 || running.size > 0) {
    let at = waiting.findIndex((item) =>
      item.after.every((name) => name === item.name || !unfinished.has(name)),
    );
    if (at < 0 && running.size === 0) at = 0;
    if (at >= 0 && waiting.length > 0 && running.size < limit) {
      const [item] = waiting.splice(at, 1) as [T];
      const done: Promise<void> = job(item).finally(() => {
        unfinished.delete(item.name);
        running.delete(done);
      });
      running.add(done);
    } else {
      await Promise.race(running);
    }
  }
}
