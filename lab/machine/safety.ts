import { existsSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { networkInterfaces } from 'node:os';
import { LabError } from '../errors.js';
import { mustRun, readOrEmpty, run } from './process.js';

/** What the machine looks like from outside the lab; equal before and after a run. */
export interface MachineView {
  readonly links: string;
  readonly routes: string;
  readonly ipv6Off: string;
  readonly forwarding: string;
  readonly mounts: string[];
}

/** Addresses of the machine itself, which no lab host may reach and no capture may hold. */
export function machineAddresses(): string[] {
  return Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .filter(({ internal }) => !internal)
    .map(({ address }) => address);
}

/** @throws LabError when the machine is not fit for a run: not root, packages missing, daemons could start */
export async function assertMachineIsFit(needed: readonly string[]): Promise<void> {
  if (process.getuid?.() !== 0) throw new LabError('needs root');
  const policy = '/usr/sbin/policy-rc.d';
  if (existsSync(policy)) {
    const { code } = await run([policy, 'dnsmasq', 'start'], 5000);
    if (code !== 101) throw new LabError(`${policy} answers ${code}, not 101: packages start daemons here`);
  }
  for (const command of needed) {
    const { code } = await run(['sh', '-c', 'command -v "$0"', command], 5000);
    if (code !== 0) throw new LabError(`${command} is missing: run lab/install`);
  }
}

export async function viewMachine(): Promise<MachineView> {
  return {
    links: withoutCounters(await mustRun(['ip', '-o', 'link'])),
    routes:
      (await mustRun(['ip', 'route'])) +
      (await mustRun(['ip', '-6', 'route'])).replace(/ expires \d+sec/g, ''),
    ipv6Off: readOrEmpty('/proc/sys/net/ipv6/conf/all/disable_ipv6'),
    forwarding:
      readOrEmpty('/proc/sys/net/ipv4/ip_forward') + readOrEmpty('/proc/sys/net/ipv6/conf/all/forwarding'),
    mounts: readFileSync('/proc/self/mounts', 'utf8').split('\n').sort(),
  };
}

function withoutCounters(links: string): string {
  return links.replace(/qlen \d+/g, '').trim();
}

/** What differs between two views; empty when the machine is as it was. */
export function differences(before: MachineView, after: MachineView): string[] {
  const keys = Object.keys(before) as (keyof MachineView)[];
  return keys.filter((key) => JSON.stringify(before[key]) !== JSON.stringify(after[key]));
}

/** Processes that live in a network namespace of the lab, found by the namespaces seen while it was up. */
export function processesInNamespaces(namespaces: ReadonlySet<string>): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => {
      const namespace = networkNamespaceOf(pid);
      return namespace !== undefined && namespaces.has(namespace);
    });
}

/** Name of a process's network namespace (`net:[4026532...]`); undefined when it is gone. */
export function networkNamespaceOf(pid: number): string | undefined {
  try {
    return readlinkSync(`/proc/${pid}/ns/net`);
  } catch {
    return undefined;
  }
}

/**
 * The site must be an island: its router knows no way out, and the machine cannot be reached from it.
 * @param inRouter makes a command run inside the router
 * @throws LabError
 */
export async function assertIsland(inRouter: (argv: readonly string[]) => string[]): Promise<void> {
  const outside = await run(inRouter(['ip', 'route', 'get', '8.8.8.8']), 5000);
  if (outside.code === 0) throw new LabError(`the router has a way to 8.8.8.8: ${outside.stdout.trim()}`);
  const outside6 = await run(inRouter(['ip', '-6', 'route', 'get', '2001:4860:4860::8888']), 5000);
  if (outside6.code === 0 && !outside6.stdout.includes('unreachable')) {
    throw new LabError(`the router has a way to the outside over IPv6: ${outside6.stdout.trim()}`);
  }
  const ports = ['22', '80', '443'];
  for (const address of machineAddresses().filter((text) => !text.startsWith('fe80'))) {
    for (const port of ports) {
      const open = await run(
        inRouter(['timeout', '2', 'bash', '-c', 'exec 3<>"/dev/tcp/$0/$1"', address, port]),
        4000,
      );
      const reached = open.code === 0 || /refused/i.test(open.stderr);
      if (reached) throw new LabError(`the router reaches the machine at ${address}`);
    }
  }
}
