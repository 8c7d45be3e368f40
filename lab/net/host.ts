import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { descendant, mustRun, pidOf, startLogged, waitFor } from '../machine/process.js';
import type { HostPlan, LegPlan, StackPlan } from '../plan/types.js';
import { inSwitch, readyLine, type Site } from './site.js';

/** A running host: its first process, by its number on the machine. */
export interface Host {
  readonly plan: HostPlan;
  readonly pid: number;
}

/** A command of `ip` takes milliseconds, but many hosts come up at once. */
const SLOW_MACHINE_MS = 30_000;
const ENVIRONMENT = [
  'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
  'HOME=/root',
  'LANG=C.UTF-8',
];
const OFFLOADS = ['tso', 'gso', 'gro', 'tx', 'rx', 'sg'].flatMap((feature) => [feature, 'off']);

/** Makes a host with its namespaces and overlay root; its links are there but down. @throws LabError */
export async function startHost(site: Site, plan: HostPlan): Promise<Host> {
  const layer = plan.layer === null ? '-' : `${site.layersFolder}/${plan.layer}`;
  const script = [
    `${site.hostsFolder}/host-init.sh`,
    plan.name,
    site.domain,
    site.overlays,
    site.share,
    layer,
  ];
  const child = spawn(
    'nsenter',
    [
      ...['-t', String(site.pid), '-m', '-p', '--'],
      ...['unshare', '--mount', '--uts', '--net', '--pid', '--ipc', '--fork', '--kill-child', '--'],
      ...['bash', ...script, ...site.hidden],
    ],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const outer = pidOf(child);
  await readyLine(child, `host ${plan.name}`);
  // nsenter -> unshare -> the host's first process.
  const pid = await waitFor(`host ${plan.name}`, 5000, () => descendant(outer, 2));
  const host = { plan, pid };
  for (const leg of plan.legs) await plugIn(site, host, leg);
  await mustRun(inHost(host, ['sysctl', '-qw', ...stackSettings(plan.stack)]));
  return host;
}

function stackSettings(stack: StackPlan): string[] {
  const bit = (on: boolean): number => (on ? 1 : 0);
  return [
    `net.ipv4.ip_default_ttl=${stack.ttl}`,
    `net.ipv6.conf.all.hop_limit=${stack.ttl}`,
    `net.ipv6.conf.default.hop_limit=${stack.ttl}`,
    `net.ipv4.tcp_timestamps=${bit(stack.timestamps)}`,
    `net.ipv4.tcp_window_scaling=${bit(stack.windowScaling)}`,
    `net.ipv4.tcp_sack=${bit(stack.selectiveAcks)}`,
    // 2, the kernel's usual: answers those who ask.
    `net.ipv4.tcp_ecn=${stack.ecn ? 1 : 2}`,
  ];
}

/** Name of the switch's end of a leg; capturers listen there. At most 15 characters. */
export function portName(host: HostPlan, leg: LegPlan): string {
  return leg.name === 'eth0' ? `p-${host.name}` : `p-${host.name}-${leg.name}`;
}

/**
 * Both ends are made inside the lab, so no link ever shows up in the machine's namespace. Without offloads off,
 * captures would hold 64 kB super-packets and checksums nobody has computed yet.
 */
async function plugIn(site: Site, host: Host, leg: LegPlan): Promise<void> {
  const line =
    'ip link add "$1" type veth peer name "$2" address "$3" netns "$4" && ip link set "$1" master "$5" up && ' +
    `ethtool -K "$1" ${OFFLOADS.join(' ')}`;
  const words = [portName(host.plan, leg), leg.name, leg.mac, String(host.pid), leg.bridge];
  await mustRun(inSwitch(site, ['sh', '-c', line, 'plug', ...words]), SLOW_MACHINE_MS);
  await mustRun(inHost(host, ['ethtool', '-K', leg.name, ...OFFLOADS]), SLOW_MACHINE_MS);
}

/** Brings the links up, sets fixed addresses and routes, and starts the host's script. */
export async function bringUp(host: Host, logFolder: string, seed: number): Promise<void> {
  const { plan } = host;
  const links = plan.legs.flatMap(({ name, addresses }) => [
    ...(plan.stack.mtuBytes === 1500 ? [] : [`link set ${name} mtu ${plan.stack.mtuBytes}`]),
    `link set ${name} up`,
    ...addresses.map((address) => `addr add ${address} dev ${name}${address.includes(':') ? ' nodad' : ''}`),
  ]);
  const routes = plan.routes.map(
    ({ to, via }) => `${via.includes(':') ? '-6 ' : ''}route add ${to} via ${via}`,
  );
  const lines = ['link set lo up', ...links, ...routes].map((line) => `ip ${line}`);
  await mustRun(inHost(host, ['sh', '-ec', lines.join('\n')]), SLOW_MACHINE_MS);
  const settings = [
    `LAB_SEED=${seed % 32_768}`,
    `LAB_UPKEEP=${plan.upkeep.join(' ')}`,
    `LAB_DHCP=${plan.dhcpClient}`,
  ];
  const script = ['env', ...settings, 'bash', `/lab/hosts/${plan.script}`, ...plan.scriptArguments];
  startLogged(inHost(host, script), `${logFolder}/${plan.name}.log`);
}

/** Whether the host's script has said that it answers. */
export function isReady(host: Host): boolean {
  return existsSync(`/proc/${host.pid}/root/run/lab-ready`);
}

/** A command inside a host: all its namespaces and its root, and nothing of the driver's environment. */
export function inHost(host: Host, argv: readonly string[]): string[] {
  const namespaces = ['-t', String(host.pid), '-m', '-u', '-n', '-p', '-i', '-r', '-w'];
  return ['nsenter', ...namespaces, '--', 'env', '-i', ...ENVIRONMENT, ...argv];
}
