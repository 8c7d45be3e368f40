import { writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { labelAttack } from './attack-run.js';
import { checkCapture } from './finish/check.js';
import { type FinishedCapture, finalise } from './finish/finalise.js';
import { readFrames } from './finish/frames.js';
import { createTimeMap, LEAST_PAUSE_SECONDS, secondsAfter, type TimeMap } from './finish/time-map.js';
import { unitTeller } from './finish/units.js';
import { inParallel } from './machine/parallel.js';
import { mustRun, run } from './machine/process.js';
import { machineAddresses } from './machine/safety.js';
import type { RunOptions } from './options.js';
import { flagsOf } from './plan/attacks.js';
import { createAddressMap, createPublicAddresses, dotted } from './plan/public-addresses.js';
import type { HostPlan, SitePlan } from './plan/types.js';
import type { SiteOutcome } from './site-run.js';

const CHECKS_AT_ONCE = 2;

/**
 * Makes, names and checks the finished captures, and adds what came of the run to `plan.json`.
 * @returns whether every capture passed its check
 */
export async function finishCaptures(options: RunOptions, outcome: SiteOutcome): Promise<boolean> {
  const { plan } = outcome;
  const publicAddress = createPublicAddresses(plan.seed);
  const wireAddresses = ['10.78.0.1', ...new Set(Object.values(plan.internetNames))];
  // Asked for in a fixed order, so that the map does not depend on which capture comes first.
  const publicAddresses = Object.fromEntries(
    wireAddresses.map((text) => [text, dotted(publicAddress(lower16(text)))]),
  );
  const unitOf = unitTeller(plan.hosts);
  const time = timeMapOf(outcome, unitOf, options.spanSeconds ?? 0);
  const addressMap = createAddressMap(publicAddress, plan.insidePrefix);
  const captures = await inParallel(CHECKS_AT_ONCE, outcome.captures, async ({ capturer, counts }) => {
    const { host, file } = capturer;
    const mac = host.legs[0]?.mac ?? '';
    const made = finalise({
      ...{ raw: file, mac, maxBytes: options.maxBytes, addressMap, wireAddresses, time, unitOf },
      ...{ clockSeconds: plan.clockSeconds, fromSeconds: outcome.openedSeconds },
      nameFor: (seconds) => join(options.outFolder, captureName(plan, host, seconds)),
    });
    const check = await checkCapture({
      ...{ path: made.path, mac, mustSee: host.mustSee, leastPackets: options.leastPackets },
      ...{ machineAddresses: machineAddresses(), maxBytes: options.maxBytes },
    });
    const problems = [
      ...check.problems,
      ...(counts.droppedByKernel > 0 ? [`the kernel dropped ${counts.droppedByKernel} packets`] : []),
      ...(outcome.notReady.includes(host.name) ? ['its services did not get ready in time'] : []),
    ];
    console.log(
      `${basename(made.path)} (${host.implementation}): ${made.packets} packets, ${made.bytes} bytes, ${problems.join('; ') || 'good'}`,
    );
    return captureEntry(plan, host, mac, made, { ...check, problems });
  });
  writePlan(options.outFolder, {
    ...plan,
    publicAddresses,
    time: timeSummary(time),
    captures,
    attackLabels: outcome.attacks.map((report) => labelAttack(report, plan, time)),
    work: outcome.reports,
    seconds: outcome.seconds,
    readyAfter: outcome.readyAfter,
    notReady: outcome.notReady,
    packages: await packageVersions(),
  });
  return captures.every(({ problems }) => problems.length === 0);
}

/** One map for all captures of the run, made from all of them. */
function timeMapOf(
  outcome: SiteOutcome,
  unitOf: (frame: Uint8Array) => string,
  spanSeconds: number,
): TimeMap {
  const frames = outcome.captures.flatMap(({ capturer }) =>
    readFrames(capturer.file)
      .filter((frame) => secondsAfter(frame, 0) >= outcome.openedSeconds)
      .map((frame) => ({ unit: unitOf(frame.bytes), frame })),
  );
  return createTimeMap(frames, spanSeconds);
}

/** The map as far as it is needed to find a finished moment's recorded one, bursts in milliseconds. */
function timeSummary({ originSeconds, factor, bursts }: TimeMap): object {
  const edges = [...bursts].map(([unit, times]) => [
    unit,
    Array.from(times, (time) => Math.round(time * 1000)),
  ]);
  return {
    originSeconds,
    factor,
    leastPauseSeconds: LEAST_PAUSE_SECONDS,
    burstsMs: Object.fromEntries(edges),
  };
}

function captureEntry<T extends object>(
  plan: SitePlan,
  host: HostPlan,
  mac: string,
  made: FinishedCapture,
  check: T,
) {
  const { path, ...counts } = made;
  return {
    ...{ file: basename(path), host: host.name, role: host.role, implementation: host.implementation },
    ...{ variant: host.variant, mac, address: finishedAddress(plan, host.address) },
    flags: flagsOf(plan.attacks, host.name),
    mustSee: host.mustSee,
    ...counts,
    ...check,
  };
}

function finishedAddress(plan: SitePlan, address: string): string {
  return address.replace(/^10\.77/, plan.insidePrefix);
}

/** `Role-deviceID-time-duration-flags.pcap`; the device id is the seed of the run and the host. */
function captureName(plan: SitePlan, host: HostPlan, seconds: number): string {
  const device = `lab${String(plan.seed).padStart(4, '0')}${host.name}`;
  return `${host.role}-${device}-${plan.workingTime}-${Math.round(seconds)}-${flagsOf(plan.attacks, host.name)}.pcap`;
}

function lower16(address: string): number {
  const [, , third, fourth] = address.split('.').map(Number) as [number, number, number, number];
  return third * 256 + fourth;
}

const VERSIONED_PACKAGES = [
  ...['dnsmasq-base', 'chrony', 'nginx-core', 'nginx-light', 'apache2-bin', 'lighttpd', 'caddy'],
  ...['dovecot-core', 'postfix', 'samba', 'slapd', 'krb5-kdc', 'winbind', 'nfs-ganesha', 'rsync', 'vsftpd'],
  ...['openssh-server', 'dropbear-bin', 'git', 'cgit', 'fcgiwrap', 'mediawiki', 'dokuwiki', 'postgresql-15'],
  ...['snmpd', 'cups', 'cups-ipp-utils', 'avahi-daemon', 'socat', 'ansible-core', 'prometheus', 'rsyslog'],
  ...['xrdp', 'tigervnc-standalone-server', 'docker-registry', 'apt-cacher-ng', 'isc-dhcp-client', 'udhcpc'],
  ...['smbclient', 'curl', 'chromium-headless-shell', 'freerdp2-x11', 'wsdd', 'tcpdump', 'tshark', 'openssl'],
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
  writeFileSync(join(outFolder, 'plan.json'), `${JSON.stringify(plan, null, 1)}\n`);
}
