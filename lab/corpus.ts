import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, openSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { LabError } from './errors.js';
import { endRecorded } from './machine/state.js';
import { isFinished, writeManifest } from './manifest.js';
import { type CorpusOptions, corpusUsage, parseCorpusOptions } from './options.js';

/** A site that takes longer than this, finish included, is ended. */
const SITE_LIMIT_MS = 600_000;

/** A running lab/run. */
interface SiteRun {
  readonly seed: number;
  readonly child: ChildProcess;
  /** Resolves when nothing of the site is up any more, or the run has ended. */
  readonly down: Promise<void>;
  /** Resolves with the exit code. */
  readonly ended: Promise<number>;
}

const running = new Set<ChildProcess>();

/** One site after the other; a site comes up while the captures of the one before are being finished. */
async function main(options: CorpusOptions): Promise<number> {
  const begin = performance.now();
  mkdirSync(options.outFolder, { recursive: true });
  const elapsed = (): number => Math.round((performance.now() - begin) / 1000);
  let before: SiteRun | undefined;
  const faulty: number[] = [];
  const settle = async (site: SiteRun | undefined): Promise<void> => {
    if (site === undefined) return;
    const code = await site.ended;
    if (code !== 0) faulty.push(site.seed);
    const { rows } = writeManifest(options.outFolder);
    console.log(
      `site ${site.seed}: ${code === 0 ? 'good' : 'with problems'}; ${rows.length} captures, ${elapsed()} s`,
    );
  };
  for (let seed = options.seed; seed < options.seed + options.runs; seed++) {
    if (isFinished(siteFolder(options, seed))) continue;
    if (options.budgetSeconds > 0 && elapsed() > options.budgetSeconds) break;
    const site = await startRun(options, seed);
    await site.down;
    await settle(before);
    before = site;
  }
  await settle(before);
  return tell(options, faulty, elapsed());
}

function siteFolder(options: CorpusOptions, seed: number): string {
  return join(options.outFolder, `site-${String(seed).padStart(4, '0')}`);
}

async function startRun(options: CorpusOptions, seed: number): Promise<SiteRun> {
  const out = siteFolder(options, seed);
  // Half a site is of no use: its plan has no captures yet.
  if (existsSync(out)) {
    await endRecorded(out);
    rmSync(out, { recursive: true, force: true });
  }
  const words = ['--out', out, '--seed', String(seed), ...options.forwarded];
  const child = spawn(join(labFolder(), 'run'), [...words, '--i-am-root-in-a-throwaway-machine'], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  running.add(child);
  const log = openSync(`${out}.log`, 'w');
  const ended = once(child, 'close').then(([code]) => {
    running.delete(child);
    clearTimeout(timer);
    return Number(code ?? 1);
  });
  const timer = setTimeout(() => child.kill('SIGTERM'), SITE_LIMIT_MS);
  const down = new Promise<void>((resolve) => {
    child.stdout?.on('data', (piece: Buffer) => {
      writeSync(log, piece);
      if (piece.includes('site down')) resolve();
    });
    ended.then(() => resolve());
  });
  child.stderr?.on('data', (piece: Buffer) => writeSync(log, piece));
  return { seed, child, down, ended };
}

function tell(options: CorpusOptions, faulty: readonly number[], seconds: number): number {
  const { rows, roles } = writeManifest(options.outFolder);
  for (const [role, { captures, good, implementations }] of Object.entries(roles)) {
    console.log(`${role}: ${captures} captures, ${good} good; ${JSON.stringify(implementations)}`);
  }
  const megabytes = rows.reduce((sum, { bytes }) => sum + bytes, 0) / 1e6;
  const sites = new Set(rows.map(({ site }) => site)).size;
  console.log(
    `${sites} sites, ${rows.length} captures, ${megabytes.toFixed(1)} MB, ${seconds} s; with problems: ${faulty.join(' ') || 'none'}`,
  );
  return sites > 0 ? 0 : 1;
}

function labFolder(): string {
  const folder = process.env.NETWORKML_LAB;
  if (folder === undefined) throw new LabError('start this with lab/corpus');
  return folder;
}

// The sites end by themselves when their drivers do; these are told, so that they tear down and say so.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => {
    for (const child of running) child.kill('SIGTERM');
    setTimeout(() => process.exit(1), 10_000).unref();
  });
}
try {
  const options = parseCorpusOptions(process.argv.slice(2));
  if (options === 'help') console.log(corpusUsage);
  else process.exit(await main(options));
} catch (error) {
  console.error(`lab/corpus: ${error instanceof LabError ? error.message : error}`);
  process.exit(1);
}
