/** How a run ends before its time: signals, and a reader that closed the pipe. */

type Undo = () => void | Promise<void>;

const undo = new Set<Undo>();

/**
 * Registers what must be undone when the run is cut off: half-written files.
 * @returns forgets it again
 */
export function onAbort(action: Undo): () => void {
  undo.add(action);
  return () => {
    undo.delete(action);
  };
}

async function abort(exitCode: number): Promise<never> {
  await Promise.allSettled([...undo].map(async (action) => action()));
  process.exit(exitCode);
}

/** SIGINT and SIGTERM end the run with 130 and 143; a closed pipe ends it silently. */
export function watchForAborts(): void {
  process.once('SIGINT', () => void abort(130));
  process.once('SIGTERM', () => void abort(143));
  const closed = (error: NodeJS.ErrnoException): void => {
    if (error.code !== 'EPIPE') throw error;
    void abort(0);
  };
  process.stdout.on('error', closed);
  process.stderr.on('error', closed);
}
