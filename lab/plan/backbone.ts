import type { Random } from '../../src/math/index.js';
import { drawMac } from './draw.js';
import type { HostPlan, LegPlan } from './types.js';

const NETWORK_PREFIXES = ['00:1b:17', '00:09:0f'];

const plain = {
  role: null,
  variant: '',
  segment: null,
  scriptArguments: [],
  stack: {
    ttl: 64,
    timestamps: true,
    windowScaling: true,
    selectiveAcks: true,
    ecn: false,
    mtuBytes: 1500,
  },
  upkeep: [],
  joined: false,
  dhcpClient: 'dhclient',
  layer: null,
  after: [],
  readySeconds: 20,
  mustSee: [],
  steps: [],
} as const;

const leg = (name: string, bridge: string, mac: string, ...addresses: string[]): LegPlan => ({
  name,
  bridge,
  mac,
  addresses,
});

/** Between all segments; no default route, so what is not ours ends here. */
function router(random: Random, ipv6: boolean): HostPlan {
  const with6 = (address: string): string[] => (ipv6 ? [address] : []);
  return {
    ...plain,
    name: 'router',
    implementation: 'dnsmasq, chrony',
    legs: [
      leg('eth0', 'br-srv', drawMac(random, NETWORK_PREFIXES), '10.77.0.1/24', ...with6('fd77::1/64')),
      leg('wks', 'br-wks', drawMac(random, NETWORK_PREFIXES), '10.77.10.1/24', ...with6('fd77:10::1/64')),
      leg('prn', 'br-prn', drawMac(random, NETWORK_PREFIXES), '10.77.20.1/24'),
      leg('inet', 'br-inet', drawMac(random, NETWORK_PREFIXES), '10.78.0.1/16'),
    ],
    routes: [],
    address: '10.77.0.1',
    script: 'router.sh',
  };
}

/** The web and a mail provider, on all addresses of the outside. */
function internet(random: Random, names: Readonly<Record<string, string>>): HostPlan {
  const addresses = [...new Set(Object.values(names))];
  return {
    ...plain,
    name: 'internet',
    implementation: 'nginx, dovecot',
    legs: [
      leg(
        'eth0',
        'br-far',
        drawMac(random, NETWORK_PREFIXES),
        ...addresses.map((address) => `${address}/16`),
      ),
    ],
    routes: [{ to: '10.77.0.0/16', via: '10.78.0.1' }],
    address: addresses[0] as string,
    script: 'internet.sh',
  };
}

/** Delays what passes between the router and the outside; its arguments are the run's. */
function delay(random: Random): HostPlan {
  return {
    ...plain,
    name: 'delay',
    implementation: 'delay.py',
    legs: [
      leg('eth0', 'br-inet', drawMac(random, NETWORK_PREFIXES)),
      leg('far', 'br-far', drawMac(random, NETWORK_PREFIXES)),
    ],
    routes: [],
    address: '',
    script: 'delay.sh',
  };
}

/** The hosts that every site has: relay, outside, router. */
export function backbone(
  random: Random,
  internetNames: Readonly<Record<string, string>>,
  ipv6: boolean,
): HostPlan[] {
  return [delay(random), internet(random, internetNames), router(random, ipv6)];
}
