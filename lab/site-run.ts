import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join, parse, sep } from 'node:path';
import { LabError } from './errors.js';
import { finishCaptures, writePlan } from './finish-run.js';
import { pause, readOrEmpty, run } from './machine/process.js';
import { assertIsland, assertMachineIsFit, networkNamespaceOf } from './machine/safety.js';
import { loadState, workFolderOf } from './machine/state.js';
import { type Capturer, SETTLE_MS, startCapture, stopCapture } from './net/capture.js';
import { bringUp, type Host, inHost, startHost } from './net/host.js';
import { type Site, startSite } from './net/site.js';
import type { RunOptions } from './options.js';
import { fillShare } from './plan/share.js';
import { drawSitePlan } from './plan/site-plan.js';
import type { HostPlan, SitePlan } from './plan/types.js';
import { type WorkReport, work } from './work.js';

const NEEDED_COMMANDS = [
  ...[
    'ip',
    'ethtool',
    'tcpdump',
    'tshark',
    'nsenter',
    'unshare',
    'openssl',
    'dnsmasq',
    'chronyd',
    'nginx',
    'dovecot',
  ],
  ...[
    'smbd',
    'nmbd',
    'ganesha.nfsd',
    'rpcbind',
    'rsync',
    'sshd',
    'ippeveprinter',
    'cupsd',
    'snmpd',
    'avahi-daemon',
  ],
  ...['socat', 'dhclient', 'dig', 'smbclient', 'nfs-ls', 'curl', 'ipptool', 'ssh-keygen', 'wsdd'],
];

interface Folders {
  readonly work: string;
  readonly raw: string;
  readonly log: string;
  readonly share: string;
  readonly overlays: string;
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

/** Removes the keys always, the raw captures and logs unless they are wanted or needed to see what failed. */
export function discardWork(options: RunOptions, good: boolean): void {
  const { work, share } = foldersOf(options);
  rmSync(share, { recursive: true, force: true });
  if (good && !options.keepWork) rmSync(work, { recursive: true, force: true });
}

/**
 * Brings the site up, lets its people work, captures, and finishes the captures. Teardown is the caller's.
 * @param namespaces receives the names of the network namespaces made
 * @returns whether every capture passed its check
 */
export async function runSite(
  options: RunOptions,
  limitSeconds: number,
  namespaces: Set<string>,
  stop: AbortSignal,
): Promise<boolean> {
  const folders = foldersOf(options);
  const { share, overlays } = folders;
  const hostsFolder = join(labFolder(), 'hosts');
  const plan = drawSitePlan(options.seed, options.minutes);
  writePlan(options.outFolder, plan);
  await fillShare(share, hostsFolder, plan);

  const site = await startSite({
    ...options,
    overlays,
    share,
    hostsFolder,
    bridges: plan.bridges,
    limitSeconds,
  });
  note(namespaces, site.pid);
  const hosts: Host[] = [];
  for (const hostPlan of plan.hosts) {
    stop.throwIfAborted();
    const host = await startHost(
      site,
      withDelay(hostPlan, plan, limitSeconds),
      hiddenFolders(options.outFolder),
    );
    note(namespaces, host.pid);
    hosts.push(host);
  }
  console.log(`${hosts.length} hosts up`);
  const capturers = await startAll(site, hosts, folders, plan);
  const reports = await office(options, hosts, folders, stop);
  await pause(SETTLE_MS);
  const counts = await Promise.all(capturers.map(stopCapture));
  console.log('captures closed');
  capturers.forEach(({ host }, i) => {
    const dropped = counts[i]?.droppedByKernel;
    if (dropped !== 0) throw new LabError(`the kernel dropped ${dropped} packets of ${host.name}`);
  });
  return finishCaptures(options, plan, capturers, reports);
}

/** The outside and the router first; the devices' captures listen before their links come up. */
async function startAll(
  site: Site,
  hosts: readonly Host[],
  folders: Folders,
  plan: SitePlan,
): Promise<Capturer[]> {
  const isBackbone = ({ plan: { name } }: Host): boolean => ['router', 'internet', 'delay'].includes(name);
  for (const host of hosts.filter(isBackbone)) await bringUp(host, folders.log);
  const router = hostNamed(hosts, 'router');
  await assertIsland((argv) => inHost(router, argv));
  await serverAnswers(hosts, plan);
  const devices = hosts.filter((host) => !isBackbone(host));
  const captured = devices.filter(({ plan: { role } }) => role !== null);
  const capturers: Capturer[] = [];
  for (const { plan: host } of captured) {
    capturers.push(await startCapture(site, host, join(folders.raw, `${host.name}.pcap`)));
  }
  for (const host of devices) await bringUp(host, folders.log);
  return capturers;
}

/** Waits until the router answers DNS; everything after it needs names. */
async function serverAnswers(hosts: readonly Host[], plan: SitePlan): Promise<void> {
  const [name] = Object.keys(plan.internetNames);
  const question = ['dig', '+time=1', '+tries=1', '+short', '@10.77.0.1', name as string];
  for (let i = 0; i < 20; i++) {
    const { stdout } = await run(inHost(hostNamed(hosts, 'router'), question), 4000);
    if (stdout.trim() !== '') return;
    await pause(250);
  }
  throw new LabError('the router does not answer DNS');
}

/** Time for DHCP, Samba, Ganesha and CUPS to come up before anybody works. */
const WARM_UP_MS = 6000;

async function office(
  options: RunOptions,
  hosts: readonly Host[],
  folders: Folders,
  stop: AbortSignal,
): Promise<Record<string, WorkReport>> {
  await pause(WARM_UP_MS);
  const end = performance.now() + options.minutes * 60_000;
  const isOver = (): boolean => stop.aborted || performance.now() > end;
  const clients = hosts.filter(({ plan }) => plan.steps.length > 0);
  const reports = await Promise.all(
    clients.map((client) => work(client, isOver, join(folders.log, `${client.plan.name}.failed.log`))),
  );
  // Quiet devices are captured to the end even when the clients had nothing more to do.
  while (!isOver()) await pause(100);
  stop.throwIfAborted();
  clients.forEach(({ plan }, i) => {
    console.log(`${plan.name}: ${JSON.stringify(reports[i])}`);
  });
  return Object.fromEntries(clients.map(({ plan }, i) => [plan.name, reports[i] as WorkReport]));
}

function withDelay(host: HostPlan, plan: SitePlan, limitSeconds: number): HostPlan {
  if (host.name !== 'delay') return host;
  const { oneWayMs, jitterMs } = plan.delay;
  return { ...host, scriptArguments: [oneWayMs, jitterMs, Math.ceil(limitSeconds), plan.seed].map(String) };
}

/** Folders of the machine's people that hosts see empty: homes, and where the repository and the captures lie. */
function hiddenFolders(outFolder: string): string[] {
  const keep = new Set([
    'usr',
    'etc',
    'var',
    'lib',
    'bin',
    'sbin',
    'opt',
    'srv',
    'run',
    'dev',
    'proc',
    'sys',
    'tmp',
    'root',
    'home',
    'lab',
  ]);
  const tops = [labFolder(), outFolder]
    .map((path) => path.slice(parse(path).root.length).split(sep)[0] ?? '')
    .filter((top) => top !== '' && !keep.has(top));
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
