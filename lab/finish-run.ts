import { writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { checkCapture } from './finish/check.js';
import { type FinishedCapture, finalise } from './finish/finalise.js';
import { mustRun, run } from './machine/process.js';
import { machineAddresses } from './machine/safety.js';
import type { Capturer } from './net/capture.js';
import type { RunOptions } from './options.js';
import { createPublicAddresses, dotted } from './plan/public-addresses.js';
import type { HostPlan, SitePlan } from './plan/types.js';
import type { WorkReport } from './work.js';

/**
 * Makes, names and checks the finished captures, and adds what came of the run to `plan.json`.
 * @returns whether every capture passed its check
 */
export async function finishCaptures(
  options: RunOptions,
  plan: SitePlan,
  capturers: readonly Capturer[],
  reports: Record<string, WorkReport>,
): Promise<boolean> {
  const publicAddress = createPublicAddresses(plan.seed);
  const wireAddresses = ['10.78.0.1', ...new Set(Object.values(plan.internetNames))];
  // Asked for in a fixed order, so that the map does not depend on which capture comes first.
  const publicAddresses = Object.fromEntries(
    wireAddresses.map((text) => [text, dotted(publicAddress(lower16(text)))]),
  );
  const captures: object[] = [];
  let good = true;
  for (const { host, file } of capturers) {
    const mac = host.legs[0]?.mac ?? '';
    const nameFor = (seconds: number): string => join(options.outFolder, captureName(plan, host, seconds));
    const made = finalise({
      raw: file,
      mac,
      maxBytes: options.maxBytes,
      publicAddress,
      wireAddresses,
      nameFor,
    });
    const check = await checkCapture({
      ...{ path: made.path, mac, mustSee: host.mustSee },
      ...{ machineAddresses: machineAddresses(), maxBytes: options.maxBytes },
    });
    good &&= check.problems.length === 0;
    captures.push(captureEntry(host, mac, made, check));
    console.log(
      `${basename(made.path)}: ${made.packets} packets, ${made.bytes} bytes, ${check.problems.join('; ') || 'good'}`,
    );
  }
  const packages = await packageVersions();
  writePlan(options.outFolder, {
    ...plan,
    publicAddresses,
    captures,
    work: reports,
    packages,
  });
  return good;
}

function captureEntry(host: HostPlan, mac: string, made: FinishedCapture, check: object): object {
  const { path, ...counts } = made;
  return {
    file: basename(path),
    host: host.name,
    role: host.role,
    mac,
    address: host.address,
    ...counts,
    ...check,
  };
}

/** `Role-deviceID-time-duration-flags.pcap`; the device id is the seed of the run and the host. */
function captureName(plan: SitePlan, host: HostPlan, seconds: number): string {
  const device = `lab${String(plan.seed).padStart(4, '0')}${host.name}`;
  return `${host.role}-${device}-${plan.workingTime}-${Math.round(seconds)}-n00.pcap`;
}

function lower16(address: string): number {
  const [, , third, fourth] = address.split('.').map(Number) as [number, number, number, number];
  return third * 256 + fourth;
}

const VERSIONED_PACKAGES = [
  'dnsmasq-base',
  'chrony',
  'nginx-core',
  'nginx-light',
  'dovecot-core',
  'samba',
  'nfs-ganesha',
  'rsync',
  'openssh-server',
  'snmpd',
  'cups',
  'cups-ipp-utils',
  'avahi-daemon',
  'socat',
  'isc-dhcp-client',
  'smbclient',
  'curl',
  'wsdd',
  'tcpdump',
];

async function packageVersions(): Promise<Record<string, string>> {
  const { stdout } = await run(['dpkg-query', '-W', ...VERSIONED_PACKAGES], 10_000);
  const lines = stdout
    .trim()
    .split('\n')
    .map((line) => line.split('\t'));
  const known = lines.filter(([, version]) => version !== undefined && version !== '');
  return Object.fromEntries([
    ...known,
    ['kernel', (await mustRun(['uname', '-r'])).replace(/[^\d.].*/s, '')],
  ]);
}

/** `plan.json` in the run's folder: the plan before the run, with its outcome afterwards. */
export function writePlan(outFolder: string, plan: object): void {
  writeFileSync(join(outFolder, 'plan.json'), `${JSON.stringify(plan, null, 2)}\n`);
}
