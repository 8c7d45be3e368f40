import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join, parse, sep } from 'node:path';
import { type AttackReport, runAttacks } from './attack-run.js';
import { LabError } from './errors.js';
import { writePlan } from './finish-run.js';
import { inOrder, inParallel } from './machine/parallel.js';
import { pause, readOrEmpty, run, waitFor } from './machine/process.js';
import { assertIsland, assertMachineIsFit, networkNamespaceOf } from './machine/safety.js';
import { loadState, workFolderOf } from './machine/state.js';
import { missingImplementations } from './missing.js';
import { type CaptureCounts, type Capturer, SETTLE_MS, startCapture, stopCapture } from './net/capture.js';
import { bringUp, type Host, inHost, isReady, startHost } from './net/host.js';
import { type Site, startSite } from './net/site.js';
import type { RunOptions } from './options.js';
import { withAttacks } from './plan/attacks.js';
import { catalogue } from './plan/catalog/index.js';
import { fillShare } from './plan/share.js';
import { drawSitePlan } from './plan/site-plan.js';
import type { HostPlan, SitePlan } from './plan/types.js';
import { type WorkReport, work } from './work.js';

/** Programs without which no site can run. */
export const NEEDED_COMMANDS: readonly string[] = [
  ...['ip', 'ethtool', 'tcpdump', 'nsenter', 'unshare', 'openssl', 'ssh-keygen', 'sysctl', 'python3'],
  ...['dnsmasq', 'chronyd', 'nginx', 'dovecot', 'dig', 'curl', 'socat'],
];

/** How many hosts are made, and how many scripts start up, at the same time. */
const HOSTS_AT_ONCE = 6;
const STARTS_AT_ONCE = 10;
/** Scripts' times are those of a machine with two free cores. */
const PATIENCE = 1.5;

interface Folders {
  readonly work: string;
  readonly raw: string;
  readonly log: string;
  readonly share: string;
  readonly overlays: string;
}

/** What a site has given when it is over: raw captures and reports. */
export interface SiteOutcome {
  readonly plan: SitePlan;
  readonly captures: readonly { readonly capturer: Capturer; readonly counts: CaptureCounts }[];
  readonly reports: Readonly<Record<string, WorkReport>>;
  readonly attacks: readonly AttackReport[];
  /** Hosts whose script did not get ready in time. */
  readonly notReady: readonly string[];
  /** When the first workstation or printer came up, servers being ready: seconds since 1970; 0 without any. */
  readonly openedSeconds: number;
  /** Time from the host's links coming up to its script being ready. */
  readonly readyAfter: Readonly<Record<string, number>>;
  readonly seconds: { readonly up: number; readonly work: number };
}

function foldersOf(options: RunOptions): Folders {
  const work = workFolderOf(options.outFolder);
  const at = (name: string): string => join(work, name);
  return { work, raw: at('raw'), log: at('log'), share: at('share'), overlays: at('overlays') };
}

/** Checks the machine and makes the run's folders. @throws LabError */
export async function prepare(options: RunOptions): Promise<void> {
  await assertMachineIsFit(NEEDED_COMMANDS);
  if (loadState(options.outFolder) !== undefined) {
    throw new LabError(`a run is recorded in ${options.outFolder}: lab/clean --out removes it`);
  }
  const taken = existsSync(options.outFolder) ? readdirSync(options.outFolder) : [];
  if (taken.some((name) => name === 'work' || name === 'plan.json' || name.endsWith('.pcap'))) {
    throw new LabError(`${options.outFolder} holds another run`);
  }
  const { raw, log, share, overlays } = foldersOf(options);
  for (const folder of [raw, log, share, overlays]) mkdirSync(folder, { recursive: true });
}

/** Removes keys and raw captures, which are private to the run, and logs unless they are needed to see what failed. */
export function discardWork(options: RunOptions, good: boolean): void {
  const { work, share, raw } = foldersOf(options);
  rmSync(share, { recursive: true, force: true });
  if (!options.keepWork) rmSync(raw, { recursive: true, force: true });
  if (good && !options.keepWork) rmSync(work, { recursive: true, force: true });
}

/**
 * Brings the site up, lets its people work, and captures. Teardown and finish are the caller's.
 * @param namespaces receives the names of the network namespaces made
 */
export async function runSite(
  options: RunOptions,
  limitSeconds: number,
  namespaces: Set<string>,
  stop: AbortSignal,
): Promise<SiteOutcome> {
  const begin = performance.now();
  const folders = foldersOf(options);
  const hostsFolder = join(labFolder(), 'hosts');
  const missing = missingImplementations(catalogue, options.layersFolder);
  const { plan: peaceful, offers } = drawSitePlan({ ...options, missing });
  const plan = withAttacks(peaceful, options.attacks);
  writePlan(options.outFolder, plan);
  await fillShare(folders.share, hostsFolder, plan, offers);

  const site = await startSite({
    ...{ ...options, ...folders, hostsFolder, limitSeconds },
    ...{ bridges: plan.bridges, domain: plan.domain, hidden: hiddenFolders(options.outFolder) },
  });
  note(namespaces, site.pid);
  const hosts = await inParallel(HOSTS_AT_ONCE, withDelay(plan, limitSeconds), async (hostPlan) => {
    stop.throwIfAborted();
    const host = await startHost(site, hostPlan);
    note(namespaces, host.pid);
    return host;
  });
  console.log(`${hosts.length} hosts made after ${since(begin)} s`);
  const { capturers, ...started } = await startAll(site, hosts, folders, plan, stop);
  const { notReady } = started;
  const up = since(begin);
  console.log(`site up after ${up} s${notReady.length === 0 ? '' : `; not ready: ${notReady.join(', ')}`}`);
  const [reports, attacks] = await Promise.all([
    office(options, hosts, folders, stop),
    runAttacks(plan.attacks, hosts, folders.log, stop),
  ]);
  await pause(SETTLE_MS);
  const counts = await inParallel(capturers.length, capturers, stopCapture);
  const captures = capturers.map((capturer, i) => ({ capturer, counts: counts[i] as CaptureCounts }));
  return {
    plan,
    captures,
    reports,
    attacks,
    ...started,
    seconds: { up, work: Math.round(since(begin) - up) },
  };
}

/** The outside and the router first; the devices' captures listen before their links come up. */
async function startAll(
  site: Site,
  hosts: readonly Host[],
  folders: Folders,
  plan: SitePlan,
  stop: AbortSignal,
): Promise<{ capturers: Capturer[] } & Pick<SiteOutcome, 'notReady' | 'openedSeconds' | 'readyAfter'>> {
  const isBackbone = ({ plan: { name } }: Host): boolean => ['router', 'internet', 'delay'].includes(name);
  const notReady: string[] = [];
  const readyAfter: Record<string, number> = {};
  let openedSeconds = 0;
  const start = async (host: Host): Promise<void> => {
    stop.throwIfAborted();
    const begin = performance.now();
    if (openedSeconds === 0 && isCustomer(host.plan)) openedSeconds = Date.now() / 1000;
    await bringUp(host, folders.log, plan.seed);
    if (!(await becameReady(host, stop))) notReady.push(host.plan.name);
    // Without a directory hardly anything of a site's day works.
    if (notReady.includes(host.plan.name) && host.plan.role === 'ActiveDirectoryController')
      throw new LabError(`${host.plan.name} did not get ready${lastWords(folders, notReady)}`);
    readyAfter[host.plan.name] = Math.round((performance.now() - begin) / 100) / 10;
  };
  for (const host of hosts.filter(isBackbone)) await start(host);
  if (notReady.length > 0)
    throw new LabError(`${notReady.join(', ')} did not get ready${lastWords(folders, notReady)}`);
  const router = hostNamed(hosts, 'router');
  await assertIsland((argv) => inHost(router, argv));
  await serverAnswers(hosts, plan);
  const devices = hosts.filter((host) => !isBackbone(host));
  const captured = devices.filter(({ plan: { role } }) => role !== null);
  const capturers = await inParallel(HOSTS_AT_ONCE, captured, ({ plan: host }) =>
    startCapture(site, host, join(folders.raw, `${host.name}.pcap`)),
  );
  const ordered = devices.map((host) => ({ name: host.plan.name, after: host.plan.after, host }));
  await inOrder(STARTS_AT_ONCE, ordered, ({ host }) => start(host));
  if (notReady.length > 0) console.log(`not ready${lastWords(folders, notReady)}`);
  return { capturers, notReady, openedSeconds, readyAfter };
}

/** Comes up when all servers are ready. */
function isCustomer({ segment }: HostPlan): boolean {
  return segment === 'wks' || segment === 'prn';
}

async function becameReady(host: Host, stop: AbortSignal): Promise<boolean> {
  try {
    const done = (): true | undefined => (stop.aborted || isReady(host) ? true : undefined);
    await waitFor(host.plan.name, host.plan.readySeconds * 1000 * PATIENCE, done);
    return true;
  } catch {
    return false;
  }
}

function lastWords({ log }: Folders, names: readonly string[]): string {
  return names
    .map(
      (name) =>
        `\n  ${name}: ${readOrEmpty(join(log, `${name}.log`))
          .trim()
          .slice(-400)}`,
    )
    .join('');
}

/** Waits until the router answers DNS; everything after it needs names. */
async function serverAnswers(hosts: readonly Host[], plan: SitePlan): Promise<void> {
  const [name] = Object.keys(plan.internetNames);
  const question = ['dig', '+time=1', '+tries=1', '+short', '@10.77.0.1', name as string];
  for (let i = 0; i < 40; i++) {
    const { stdout } = await run(inHost(hostNamed(hosts, 'router'), question), 4000);
    if (stdout.trim() !== '') return;
    await pause(250);
  }
  throw new LabError('the router does not answer DNS');
}

async function office(
  options: RunOptions,
  hosts: readonly Host[],
  folders: Folders,
  stop: AbortSignal,
): Promise<Record<string, WorkReport>> {
  const end = performance.now() + options.minutes * 60_000;
  const isOver = (): boolean => stop.aborted || performance.now() > end;
  const clients = hosts.filter(({ plan }) => plan.steps.length > 0);
  const reports = await Promise.all(
    clients.map((client) => work(client, isOver, join(folders.log, `${client.plan.name}.failed.log`))),
  );
  // Quiet devices are captured to the end even when the clients had nothing more to do.
  while (!isOver()) await pause(100);
  stop.throwIfAborted();
  return Object.fromEntries(clients.map(({ plan }, i) => [plan.name, reports[i] as WorkReport]));
}

function withDelay(plan: SitePlan, limitSeconds: number): SitePlan['hosts'] {
  const { oneWayMs, jitterMs } = plan.delay;
  const words = [oneWayMs, jitterMs, Math.ceil(limitSeconds), plan.seed].map(String);
  return plan.hosts.map((host) => (host.name === 'delay' ? { ...host, scriptArguments: words } : host));
}

const SYSTEM_FOLDERS = new Set(
  'usr etc var lib bin sbin opt srv run dev proc sys tmp root home lab'.split(' '),
);

/** Folders of the machine's people that hosts see empty: homes, and where the repository and the captures lie. */
function hiddenFolders(outFolder: string): string[] {
  const tops = [labFolder(), outFolder]
    .map((path) => path.slice(parse(path).root.length).split(sep)[0] ?? '')
    .filter((top) => top !== '' && !SYSTEM_FOLDERS.has(top));
  return ['/root', '/home', ...new Set(tops.map((top) => `/${top}`))];
}

function labFolder(): string {
  const folder = process.env.NETWORKML_LAB;
  if (folder === undefined || readOrEmpty(join(folder, 'hosts/common.sh')) === '') {
    throw new LabError('start this with lab/run');
  }
  return folder;
}

function hostNamed(hosts: readonly Host[], name: string): Host {
  const host = hosts.find(({ plan }) => plan.name === name);
  if (host === undefined) throw new LabError(`the plan has no ${name}`);
  return host;
}

function note(namespaces: Set<string>, pid: number): void {
  const name = networkNamespaceOf(pid);
  if (name !== undefined) namespaces.add(name);
}

function since(begin: number): number {
  return Math.round((performance.now() - begin) / 1000);
}
