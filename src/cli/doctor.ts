/** `networkml doctor`: what is needed and whether it is there, a line each, and how to mend it. */

import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { networkInterfaces } from 'node:os';
import { probeDrivers } from '../capture/index.js';
import { toNetworkmlError } from '../errors.js';
import { findBundle, verifyBundle } from '../models/index.js';
import { paint, plainText } from '../report/index.js';
import type { Command } from './command.js';
import { EXIT, exitCodeOf } from './exit-code.js';
import { openOutput } from './output.js';
import { styleFor } from './style.js';

/** One thing looked at. */
interface Finding {
  readonly about: string;
  readonly state: 'ok' | 'missing' | 'failed';
  readonly detail: string;
  /** How to mend it. */
  readonly mend?: string;
  /** Exit code where networkml cannot work without it. */
  readonly exitCode?: number;
}

export const doctor: Command = {
  options: ['bundle'],
  examples: [['doctor', 'look at everything networkml needs or can use']],
  run: async ({ settings }) => {
    const findings = [
      nodeVersion(process.versions.node),
      bundle(settings.text('bundle')),
      interfaces(),
      ...(await captureDrivers()),
      captureRights(),
      await nats(process.env.NATS_URL),
    ];
    const output = openOutput(undefined);
    const style = styleFor(output, settings, new Map());
    for (const { about, state, detail, mend } of findings) {
      const colour = state === 'ok' ? 'green' : state === 'failed' ? 'red' : 'yellow';
      const line = `${about.padEnd(17)} ${detail}${mend === undefined ? '' : `; ${mend}`}`;
      await output.write(`${paint(style, colour, state.padEnd(8))} ${plainText(line)}\n`);
    }
    return findings.find(({ state }) => state === 'failed')?.exitCode ?? EXIT.done;
  },
};

/** Whether a Node version is one that networkml runs on: 20.19 or newer. */
export function nodeVersion(version: string): Finding {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const fits = major > 20 || (major === 20 && minor >= 19);
  const about = 'Node.js';
  return fits
    ? { about, state: 'ok', detail: version }
    : {
        about,
        state: 'failed',
        detail: version,
        mend: 'install Node.js 20.19 or newer',
        exitCode: EXIT.internal,
      };
}

function bundle(named: string | undefined): Finding {
  const about = 'bundle';
  try {
    const directory = findBundle(named);
    const { manifest } = verifyBundle(directory);
    const detail = `${manifest.name} ${manifest.version}, ${manifest.roles.length} roles, every byte as it was written (${directory})`;
    return { about, state: 'ok', detail };
  } catch (error) {
    const coded = toNetworkmlError(error);
    return { about, state: 'failed', detail: coded.toSentence(), exitCode: exitCodeOf(coded) };
  }
}

function interfaces(): Finding {
  const about = 'interfaces';
  const names = Object.keys(networkInterfaces());
  return names.length === 0
    ? { about, state: 'missing', detail: 'none is up', mend: 'to capture live packets, bring one up' }
    : { about, state: 'ok', detail: names.join(', ') };
}

/** What brings a driver of live packets. */
const DRIVER_MEND = {
  tcpdump: 'to capture live packets, install tcpdump',
  dumpcap: 'optional: install dumpcap (wireshark-common), which can have rights that networkml lacks',
  cap: 'optional: npm install cap beside networkml (needs a compiler and the headers of libpcap)',
} as const;

async function captureDrivers(): Promise<Finding[]> {
  const [name = 'lo'] = Object.keys(networkInterfaces());
  const states = await probeDrivers(name);
  return states.map(({ name: driver, works, detail }) => {
    const about = `capture: ${driver}`;
    if (works) return { about, state: 'ok', detail };
    const installed = !/not installed/.test(detail);
    const mend = installed ? 'see docs/live-capture.md for the rights that it needs' : DRIVER_MEND[driver];
    return { about, state: 'missing', detail, mend };
  });
}

/** Bit of CAP_NET_RAW in a capability set (capabilities(7)). */
const CAP_NET_RAW = 13n;

function captureRights(): Finding {
  const about = 'capture rights';
  const mend = 'to record captures, run as root or give the capture tool CAP_NET_RAW (setcap cap_net_raw+ep)';
  const effective = effectiveCapabilities();
  if (effective === undefined) {
    const root = process.getuid?.() === 0;
    return root
      ? { about, state: 'ok', detail: 'root' }
      : { about, state: 'missing', detail: 'not root', mend };
  }
  return ((effective >> CAP_NET_RAW) & 1n) === 1n
    ? { about, state: 'ok', detail: 'CAP_NET_RAW' }
    : { about, state: 'missing', detail: 'no CAP_NET_RAW', mend };
}

/** Capabilities of this process; undefined where the system has none. */
function effectiveCapabilities(): bigint | undefined {
  try {
    const match = /^CapEff:\s*([0-9a-f]+)$/m.exec(readFileSync('/proc/self/status', 'utf8'));
    return match === null ? undefined : BigInt(`0x${match[1] ?? '0'}`);
  } catch {
    // Only Linux has this file.
    return undefined;
  }
}

const NATS_PORT = 4222;
const CONNECT_MS = 2000;

async function nats(url: string | undefined): Promise<Finding> {
  const about = 'NATS';
  if (url === undefined || url === '') {
    return { about, state: 'missing', detail: 'NATS_URL is not set', mend: 'only a service needs it' };
  }
  let address: { host: string; port: number };
  try {
    const parsed = new URL(url.includes('://') ? url : `nats://${url}`);
    address = { host: parsed.hostname.replace(/^\[|\]$/g, ''), port: Number(parsed.port) || NATS_PORT };
  } catch {
    return { about, state: 'missing', detail: 'NATS_URL is no address', mend: 'set it to nats://host:4222' };
  }
  const place = `${address.host}:${address.port}`;
  const problem = await connectionProblem(address);
  return problem === undefined
    ? { about, state: 'ok', detail: `${place} answers` }
    : {
        about,
        state: 'missing',
        detail: `${place}: ${problem}`,
        mend: 'start the server or correct NATS_URL',
      };
}

function connectionProblem({ host, port }: { host: string; port: number }): Promise<string | undefined> {
  return new Promise((resolve) => {
    const socket = connect({ host, port });
    const end = (problem: string | undefined): void => {
      socket.destroy();
      resolve(problem);
    };
    socket.setTimeout(CONNECT_MS, () => end(`no answer in ${CONNECT_MS / 1000} s`));
    socket.once('connect', () => end(undefined));
    socket.once('error', (error: NodeJS.ErrnoException) => end(error.code ?? error.message));
  });
}
