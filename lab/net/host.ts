import { spawn } from 'node:child_process';
import { descendant, mustRun, pidOf, startLogged, waitFor } from '../machine/process.js';
import type { HostPlan, LegPlan } from '../plan/types.js';
import { inSwitch, readyLine, type Site } from './site.js';

/** A running host: its first process, by its number on the machine. */
export interface Host {
  readonly plan: HostPlan;
  readonly pid: number;
}

const OFFLOADS = ['tso', 'gso', 'gro', 'tx', 'rx', 'sg'].flatMap((feature) => [feature, 'off']);

/** Makes a host with its namespaces and overlay root; its links are there but down. @throws LabError */
export async function startHost(site: Site, plan: HostPlan, hidden: readonly string[]): Promise<Host> {
  const child = spawn(
    'nsenter',
    [
      ...['-t', String(site.pid), '-m', '-p', '--'],
      ...['unshare', '--mount', '--uts', '--net', '--pid', '--ipc', '--fork', '--kill-child', '--'],
      ...['bash', `${site.hostsFolder}/host-init.sh`, plan.name, site.overlays, site.share, ...hidden],
    ],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const outer = pidOf(child);
  await readyLine(child, `host ${plan.name}`);
  // nsenter -> unshare -> the host's first process.
  const pid = await waitFor(`host ${plan.name}`, 5000, () => descendant(outer, 2));
  const host = { plan, pid };
  for (const leg of plan.legs) await plugIn(site, host, leg);
  if (plan.windowsLook) {
    await mustRun(
      inHost(host, ['sysctl', '-qw', 'net.ipv4.ip_default_ttl=128', 'net.ipv4.tcp_timestamps=0']),
    );
  }
  return host;
}

/** Name of the switch's end of a leg; capturers listen there. At most 15 characters. */
export function portName(host: HostPlan, leg: LegPlan): string {
  return leg.name === 'eth0' ? `p-${host.name}` : `p-${host.name}-${leg.name}`;
}

/** Both ends are made inside the lab, so no link ever shows up in the machine's namespace. */
async function plugIn(site: Site, host: Host, leg: LegPlan): Promise<void> {
  const port = portName(host.plan, leg);
  await mustRun(
    inSwitch(site, [
      ...['ip', 'link', 'add', port, 'type', 'veth', 'peer', 'name', leg.name],
      ...['address', leg.mac, 'netns', String(host.pid)],
    ]),
  );
  await mustRun(inSwitch(site, ['ip', 'link', 'set', port, 'master', leg.bridge, 'up']));
  // Without this, captures hold 64 kB super-packets and checksums nobody has computed yet.
  await mustRun(inSwitch(site, ['ethtool', '-K', port, ...OFFLOADS]));
  await mustRun(inHost(host, ['ethtool', '-K', leg.name, ...OFFLOADS]));
}

/** Brings the links up, sets fixed addresses and routes, and starts the host's script. */
export async function bringUp(host: Host, logFolder: string): Promise<void> {
  const { plan } = host;
  await mustRun(inHost(host, ['ip', 'link', 'set', 'lo', 'up']));
  for (const leg of plan.legs) {
    await mustRun(inHost(host, ['ip', 'link', 'set', leg.name, 'up']));
    for (const address of leg.addresses) {
      const quick = address.includes(':') ? ['nodad'] : [];
      await mustRun(inHost(host, ['ip', 'addr', 'add', address, 'dev', leg.name, ...quick]));
    }
  }
  for (const route of plan.routes) {
    const family = route.via.includes(':') ? ['-6'] : [];
    await mustRun(inHost(host, ['ip', ...family, 'route', 'add', route.to, 'via', route.via]));
  }
  const script = ['bash', `/lab/hosts/${plan.script}`, ...plan.scriptArguments];
  startLogged(inHost(host, script), `${logFolder}/${plan.name}.log`);
}

/** A command inside a host: all its namespaces and its root. */
export function inHost(host: Host, argv: readonly string[]): string[] {
  return ['nsenter', '-t', String(host.pid), '-m', '-u', '-n', '-p', '-i', '-r', '-w', '--', ...argv];
}
