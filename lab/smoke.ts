import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run } from './machine/process.js';
import { type FinishedSite, isFinished } from './manifest.js';
import { whyMissing } from './missing.js';
import { catalogue } from './plan/catalog/index.js';
import { NEEDED_COMMANDS } from './site-run.js';

/** Small, quick to come up, and of several roles; each is taken where its programs are installed. */
const WANTED = ['samba-alone', 'openssl-ocsp-cmp', 'git-openssh-nginx', 'raw-lpd', 'poller-backup'];
const CLIENTS = ['office-clerk', 'developer-shell'];
const FEWEST_SERVERS = 2;
const SECONDS = 30;
const COULD_NOT_RUN = 77;
/** A loaded machine may not get to every step; the share of services that captures may miss. */
const MOST_MISSED = 0.25;

/** One short site with its checks. @returns 0 good, 1 bad, 77 not run */
async function main(): Promise<number> {
  const why = await whyUnfit();
  if (why !== undefined) {
    console.log(`lab: NOT RUN, ${why}`);
    return COULD_NOT_RUN;
  }
  const parts = [...here(WANTED), ...here(CLIENTS)];
  const out = mkdtempSync(join(tmpdir(), 'lab-smoke-'));
  try {
    const words = ['--seconds', String(SECONDS), '--least', '20', '--only', parts.join(','), '--seed', '1'];
    const child = spawn(
      join(process.env.NETWORKML_LAB ?? '.', 'run'),
      [...words, '--out', out, '--i-am-root-in-a-throwaway-machine'],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    );
    let said = '';
    child.stdout.on('data', (piece: Buffer) => {
      said += piece.toString();
      process.stdout.write(piece);
    });
    await once(child, 'close');
    return verdict(out, said);
  } finally {
    rmSync(out, { recursive: true, force: true });
  }
}

function here(names: readonly string[]): string[] {
  return names.filter((name) =>
    catalogue.some((one) => one.name === name && whyMissing(one, null) === undefined),
  );
}

async function whyUnfit(): Promise<string | undefined> {
  if (process.getuid?.() !== 0) return 'it needs root';
  if (!existsSync('/etc/debian_version')) return 'it needs Debian';
  for (const command of NEEDED_COMMANDS) {
    if ((await run(['sh', '-c', 'command -v "$0"', command], 5000)).code !== 0)
      return `${command} is not installed (lab/install)`;
  }
  if (here(WANTED).length < FEWEST_SERVERS || here(CLIENTS).length === 0)
    return `the programs of too few of ${[...WANTED, ...CLIENTS].join(', ')} are installed (lab/install)`;
  const rights = await run(
    [
      'unshare',
      '--mount',
      '--net',
      '--pid',
      '--uts',
      '--ipc',
      '--fork',
      'sh',
      '-c',
      'ip link add name lab0 type veth',
    ],
    10_000,
  );
  return rights.code === 0 ? undefined : `namespaces with links cannot be made here: ${rights.stderr.trim()}`;
}

function verdict(out: string, said: string): number {
  if (!isFinished(out)) return complain('the site did not come to its end');
  if (!said.includes('left behind: nothing')) return complain('something was left behind');
  const { captures } = JSON.parse(readFileSync(join(out, 'plan.json'), 'utf8')) as FinishedSite;
  const problems = captures.flatMap((capture) => capture.problems);
  const missed = problems.filter((problem) => /^no (tcp|udp)\/\d+$/.test(problem));
  if (missed.length < problems.length) return complain(problems.join('; '));
  const expected = captures.reduce((sum, { mustSee }) => sum + mustSee.length, 0);
  if (missed.length > MOST_MISSED * expected) {
    return complain(`${missed.length} of ${expected} services were not seen: ${missed.join('; ')}`);
  }
  console.log(`lab: ${captures.length} captures, ${expected - missed.length} of ${expected} services seen`);
  return 0;
}

function complain(what: string): number {
  console.error(`lab: ${what}`);
  return 1;
}

process.exit(await main());
