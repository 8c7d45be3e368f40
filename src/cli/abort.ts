/** How a run ends before its time: signals, and a reader that closed the pipe. */

const undo = new Set<() => void>();

/**
 * Registers what must be undone when the run is cut off: half-written files.
 * @returns forgets it again
 */
export function onAbort(action: () => void): () => void {
  undo.add(action);
  return () => {
    undo.delete(action);
  };
}

function abort(exitCode: number): never {
  for (const action of undo) action();
  process.exit(exitCode);
}

/** SIGINT and SIGTERM end the run with 130 and 143; a closed pipe ends it silently. */
export function watchForAborts(): void {
  process.once('SIGINT', () => abort(130));
  process.once('SIGTERM', () => abort(143));
  const closed = (error: NodeJS.ErrnoException): void => {
    if (error.code === 'EPIPE') abort(0);
    throw error;
  };
  process.stdout.on('error', closed);
  process.stderr.on('error', closed);
}
