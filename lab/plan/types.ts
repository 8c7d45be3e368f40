import type { ActionName } from './actions.js';

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

export interface HostPlan {
  readonly name: string;
  /** Role identifier as in capture names; null for hosts that are not captured. */
  readonly role: string | null;
  /** What stands for the role: names of the software. */
  readonly implementation: string;
  readonly legs: readonly LegPlan[];
  readonly routes: readonly RoutePlan[];
  /** The address others know it by; the reserved one for hosts with DHCP. */
  readonly address: string;
  readonly script: string;
  readonly scriptArguments: readonly string[];
  /** TTL 128 and no TCP time stamps. */
  readonly windowsLook: boolean;
  /** Destination ports on both sides that a finished capture has to show, as `tcp/445` or `udp/53`. */
  readonly mustSee: readonly string[];
  readonly steps: readonly Step[];
}

/** All of a run that a seed decides. Equal seeds and lengths give equal plans, not equal bytes on the wire. */
export interface SitePlan {
  readonly schema: 'networkml/lab-plan/v1';
  readonly seed: number;
  readonly minutes: number;
  /** Weekday and time of the simulated working day, as in capture names: `Mon0930`. */
  readonly workingTime: string;
  readonly bridges: readonly string[];
  /** Names of the outside and the addresses they stand for. */
  readonly internetNames: Readonly<Record<string, string>>;
  readonly delay: { readonly oneWayMs: number; readonly jitterMs: number };
  readonly hosts: readonly HostPlan[];
}
