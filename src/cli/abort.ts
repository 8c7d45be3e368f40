/** How a run ends before its time: signals, and a reader that closed the pipe (see standard-streams.ts). */

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

let aborting = false;

async function abort(exitCode: number): Promise<never> {
  // A second signal does not wait for what the first one tidies up.
  if (aborting) process.exit(exitCode);
  aborting = true;
  await Promise.allSettled([...undo].map(async (action) => action()));
  process.exit(exitCode);
}

let graceful: (() => void) | undefined;

/**
 * From now on the first SIGINT or SIGTERM asks for an orderly end instead of making one; the second ends the run at once.
 * @returns signals end the run again
 */
export function onFirstSignal(action: () => void): () => void {
  graceful = action;
  return () => {
    graceful = undefined;
  };
}

function signalled(exitCode: number): void {
  const action = graceful;
  graceful = undefined;
  if (action === undefined) void abort(exitCode);
  else action();
}

/** Nobody reads any more: ends the run silently. */
export function endQuietly(): void {
  if (!aborting) void abort(0);
}

/** SIGINT and SIGTERM end the run with 130 and 143. */
export function watchForAborts(): void {
  process.on('SIGINT', () => signalled(130));
  process.on('SIGTERM', () => signalled(143));
}
