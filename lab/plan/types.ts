import type { ActionName } from './actions/index.js';
import type { AttackPlan } from './attacks.js';

/** A part of the site's network with hosts of one kind: servers, workstations, printers. */
export type Segment = 'srv' | 'wks' | 'prn';

/** One link of a host; the first one is captured. */
export interface LegPlan {
  readonly name: string;
  readonly bridge: string;
  readonly mac: string;
  /** With prefix length; empty for DHCP. */
  readonly addresses: readonly string[];
}

export interface RoutePlan {
  readonly to: string;
  readonly via: string;
}

/** One thing that a client does, and how long it waits before it. */
export interface Step {
  readonly pauseMs: number;
  readonly action: ActionName;
  readonly arguments: readonly string[];
}

/** How a host's network stack looks from outside. */
export interface StackPlan {
  /** Time to live (hop limit) of what it sends: 64, 128 or 255. */
  readonly ttl: number;
  readonly timestamps: boolean;
  readonly windowScaling: boolean;
  readonly selectiveAcks: boolean;
  /** Explicit congestion notification is asked for. */
  readonly ecn: boolean;
  readonly mtuBytes: number;
}

/** What servers get whatever their role is: secure shell, an agent that is polled, syslog out, package updates. */
export type UpkeepWord = 'ssh' | 'snmp' | 'exporter' | 'syslog-udp' | 'syslog-tcp' | 'updates';

export interface HostPlan {
  /** Letters and digits, at most 12: part of device ids, link names and NetBIOS names. */
  readonly name: string;
  /** Role identifier as in capture names; null for hosts that are not captured. */
  readonly role: string | null;
  /** Which way of standing for the role: the name in the catalogue. */
  readonly implementation: string;
  /** Configuration within the implementation, for the manifest; empty when there is only one. */
  readonly variant: string;
  /** Null for the router, the relay and the outside. */
  readonly segment: Segment | null;
  readonly legs: readonly LegPlan[];
  readonly routes: readonly RoutePlan[];
  /** The IPv4 address others know it by; the reserved one for hosts with DHCP. */
  readonly address: string;
  /** File in lab/hosts/, run inside the host; touches /run/lab-ready when it answers, ends in `wait`. */
  readonly script: string;
  readonly scriptArguments: readonly string[];
  readonly stack: StackPlan;
  /** The script starts it with `managed $LAB_SEED $LAB_UPKEEP` of managed.sh; both are in its environment. */
  readonly upkeep: readonly UpkeepWord[];
  /** DHCP tells it to ask the domain controller for names. */
  readonly joined: boolean;
  readonly dhcpClient: 'dhclient' | 'udhcpc';
  /** Packages of its own on top of the machine's: a folder made by lab/layer. */
  readonly layer: string | null;
  /** Hosts that have to be ready before this one starts. */
  readonly after: readonly string[];
  /** Time for the script to touch /run/lab-ready. */
  readonly readySeconds: number;
  /** Service ports that a finished capture has to show with payload, as `tcp/445` or `udp/53`. */
  readonly mustSee: readonly string[];
  readonly steps: readonly Step[];
}

/** All of a run that a seed decides. Equal seeds and lengths give equal plans, not equal bytes on the wire. */
export interface SitePlan {
  readonly schema: 'networkml/lab-plan/v2';
  readonly seed: number;
  readonly minutes: number;
  /** Weekday and time of the simulated working day, as in capture names: `Mon0930`. */
  readonly workingTime: string;
  /** Start of the finished captures' clock, seconds since 1970; a moment of that weekday and time. */
  readonly clockSeconds: number;
  /** Finished captures span about this time; equal to the recording's where nothing is stretched. Seconds. */
  readonly spanSeconds: number;
  /** First octets that stand for 10.77 in finished captures: `10.77`, `172.20` or `192.168`. */
  readonly insidePrefix: string;
  readonly domain: string;
  readonly adDomain: string;
  readonly realm: string;
  readonly workgroup: string;
  readonly users: readonly string[];
  readonly ipv6: boolean;
  readonly leaseMinutes: number;
  readonly bridges: readonly string[];
  /** Names of the outside and the addresses they stand for. */
  readonly internetNames: Readonly<Record<string, string>>;
  readonly delay: { readonly oneWayMs: number; readonly jitterMs: number };
  /** Implementations that could not be drawn because their programs or layer are not on the machine. */
  readonly missingImplementations: readonly string[];
  readonly hosts: readonly HostPlan[];
  /** Traffic as of attacks that some hosts make besides their work; none unless asked for. */
  readonly attacks: readonly AttackPlan[];
}
