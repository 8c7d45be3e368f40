import { LabError } from './errors.js';
import { finishCaptures } from './finish-run.js';
import { differences, processesInNamespaces, viewMachine } from './machine/safety.js';
import { endRecorded } from './machine/state.js';
import { whyMissing } from './missing.js';
import { parseRunOptions, type RunOptions, runUsage } from './options.js';
import { catalogue } from './plan/catalog/index.js';
import { discardWork, prepare, runSite, type SiteOutcome } from './site-run.js';

/** Time beyond the office work in which everything has to be up and torn down. */
const OVERHEAD_SECONDS = 240;

/** One run from preflight to the proof that nothing is left. @returns the exit code */
async function main(options: RunOptions): Promise<number> {
  const before = await viewMachine();
  const namespaces = new Set<string>();
  const limitSeconds = options.minutes * 60 + OVERHEAD_SECONDS;
  await prepare(options);
  let stopped: string | undefined;
  const stopper = new AbortController();
  const stop = (why: string): void => {
    stopped ??= why;
    stopper.abort();
  };
  const timer = setTimeout(() => stop(`the hard limit of ${limitSeconds} s`), limitSeconds * 1000);
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => stop(signal));
  const aborted = new Promise<never>((_, reject) => {
    stopper.signal.addEventListener('abort', () => reject(new LabError(`stopped by ${stopped}`)));
  });
  let outcome: SiteOutcome | undefined;
  try {
    const site = runSite(options, limitSeconds, namespaces, stopper.signal);
    site.catch(() => {});
    outcome = await Promise.race([site, aborted]);
  } catch (error) {
    // Told before the teardown, which may have something of its own to tell.
    complain(error);
  }
  clearTimeout(timer);
  const ended = await endRecorded(options.outFolder);
  if (ended.length > 0) console.log(`ended: ${ended.join(', ')}`);
  const clean = report(await leftovers(before, namespaces));
  // Nothing of the site is up from here on; lab/corpus waits for this line before it starts the next one.
  console.log('site down');
  const good = outcome !== undefined && (await finishCaptures(options, outcome));
  discardWork(options, good);
  return clean && good ? 0 : 1;
}

async function leftovers(before: Awaited<ReturnType<typeof viewMachine>>, namespaces: ReadonlySet<string>) {
  return [
    ...differences(before, await viewMachine()).map((what) => `the machine's ${what} changed`),
    ...processesInNamespaces(namespaces).map((pid) => `process ${pid} still lives in the lab`),
  ];
}

function report(left: readonly string[]): boolean {
  const clean = left.length === 0;
  console.log(
    clean
      ? 'left behind: nothing (links, routes, settings, mounts as before; no process in the lab)'
      : `left behind: ${left.join('; ')}`,
  );
  return clean;
}

function complain(error: unknown): void {
  const detail = error instanceof Error ? error.stack : error;
  console.error(`lab/run: ${error instanceof LabError ? error.message : detail}`);
}

/** The catalogue, and why something of it cannot run here. */
function list(layersFolder: string | null): void {
  for (const one of catalogue) {
    const why = whyMissing(one, layersFolder);
    console.log(`${one.role ?? '(helper)'}\t${one.name}${why === undefined ? '' : `\tmissing: ${why}`}`);
  }
}

try {
  const options = parseRunOptions(process.argv.slice(2));
  if (options === 'help') console.log(runUsage);
  else if ('listWithLayers' in options) list(options.listWithLayers);
  // Children that still have to be told of their end would keep the driver up.
  else process.exit(await main(options));
} catch (error) {
  complain(error);
  process.exit(1);
}
