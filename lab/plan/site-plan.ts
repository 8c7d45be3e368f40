import { createRandom, type Random, shuffle } from '../../src/math/index.js';
import { drawMac, pick } from './draw.js';
import { drawSteps, type Surroundings } from './persona.js';
import type { HostPlan, LegPlan, SitePlan } from './types.js';

/** Vendor prefixes that fit the kind of machine (IEEE registry). */
const OUI = {
  network: ['00:1b:17', '00:09:0f'],
  server: ['00:25:90', '0c:c4:7a'],
  storage: ['00:11:32', '24:5e:be'],
  printer: ['00:80:77', '30:05:5c'],
  olderPrinter: ['00:21:5a', '3c:d9:2b'],
  workstation: ['3c:2c:30', 'd4:be:d9', '54:ee:75', 'a0:8c:fd'],
} as const;

const WEB_NAMES = [
  'www.daybreak.example',
  'news.daybreak.example',
  'static.cdnworks.example',
  'img.cdnworks.example',
  'portal.officesuite.example',
  'files.officesuite.example',
  'login.officesuite.example',
  'shop.papermill.example',
  'maps.wayfinder.example',
  'search.wayfinder.example',
];
const MAIL_NAME = 'imap.mailpost.example';

/** Names of the documents that the share folder offers to every host; written by `documents.ts`. */
export const documentNames: readonly string[] = Array.from({ length: 12 }, (_, i) => `note-${i + 1}.txt`);

/** Draws everything of a run that is decided before it starts. */
export function drawSitePlan(seed: number, minutes: number): SitePlan {
  const random = createRandom(seed);
  const numbers = shuffle(
    random,
    Array.from({ length: 180 }, (_, i) => i + 20),
  );
  const next = (): number => numbers.pop() as number;
  const internetNames = drawInternet(random);
  const weekday = pick(random, ['Mon', 'Tue', 'Wed', 'Thu', 'Fri']);
  const hour = String(8 + random.below(9)).padStart(2, '0');
  const workingTime = `${weekday}${hour}${pick(random, ['00', '15', '30', '45'])}`;
  const smbNumber = next();
  const ippNumber = next();
  const around: Surroundings = {
    webNames: WEB_NAMES,
    documents: documentNames,
    smbServers: ['files1.corp.lab', `10.77.0.${smbNumber}`],
    nfsServer: 'files2.corp.lab',
    // Its IPP server refuses names that are not its own multicast name.
    ippPrinter: `10.77.20.${ippNumber}`,
    rawPrinter: 'print2.corp.lab',
    polled: ['files1.corp.lab', 'files2.corp.lab', 'print1.corp.lab', 'print2.corp.lab'],
  };
  const hosts = [
    router(random),
    internet(random, internetNames),
    fileServer(random, 'files1', smbNumber, ['smb'], 'samba, openssh, snmpd', ['tcp/445', 'udp/161']),
    fileServer(random, 'files2', next(), ['nfs', 'rsync'], 'nfs-ganesha, rsync, openssh, snmpd', [
      'tcp/2049',
      'tcp/873',
    ]),
    printer(
      random,
      'print1',
      ippNumber,
      'printer-ipp.sh',
      ['Brother', 'HL-L6400DW'],
      OUI.printer,
      'ippeveprinter, socat, snmpd, avahi',
      ['tcp/631', 'udp/161', 'udp/5353'],
    ),
    printer(
      random,
      'print2',
      next(),
      'printer-raw.sh',
      ['HP', 'LaserJet 4250'],
      OUI.olderPrinter,
      'socat, cups-lpd, nginx, snmpd, avahi',
      ['tcp/9100', 'tcp/515', 'udp/161'],
    ),
    workstation(random, 'desk1', next(), 'alice', around, minutes),
    workstation(random, 'desk2', next(), 'bob', around, minutes),
    administrator(random, next(), around, minutes),
  ];
  const delay = { oneWayMs: 6 + random.below(20), jitterMs: 1 + random.below(5) };
  return {
    schema: 'networkml/lab-plan/v1',
    seed,
    minutes,
    workingTime,
    bridges: ['br-srv', 'br-wks', 'br-prn', 'br-inet', 'br-far'],
    internetNames,
    delay,
    hosts: [...hosts, delayHost(random)],
  };
}

const leg = (name: string, bridge: string, mac: string, ...addresses: string[]): LegPlan => ({
  name,
  bridge,
  mac,
  addresses,
});

const uncaptured = { role: null, windowsLook: false, mustSee: [], steps: [], scriptArguments: [] } as const;

/** Several sites share an address, as they do behind content networks. */
function drawInternet(random: Random): Record<string, string> {
  const addresses = Array.from(
    { length: 6 },
    () => `10.78.${1 + random.below(200)}.${1 + random.below(250)}`,
  );
  const entries = WEB_NAMES.map((name, i) => [name, addresses[i % 5] as string]);
  return Object.fromEntries([...entries, [MAIL_NAME, addresses[5] as string]]);
}

function router(random: Random): HostPlan {
  return {
    ...uncaptured,
    name: 'router',
    implementation: 'dnsmasq, chrony',
    legs: [
      leg('eth0', 'br-srv', drawMac(random, OUI.network), '10.77.0.1/24', 'fd77::1/64'),
      leg('wks', 'br-wks', drawMac(random, OUI.network), '10.77.10.1/24', 'fd77:10::1/64'),
      leg('prn', 'br-prn', drawMac(random, OUI.network), '10.77.20.1/24'),
      leg('inet', 'br-inet', drawMac(random, OUI.network), '10.78.0.1/16'),
    ],
    // No default route: what is not ours ends here.
    routes: [],
    address: '10.77.0.1',
    script: 'router.sh',
  };
}

function internet(random: Random, names: Readonly<Record<string, string>>): HostPlan {
  const addresses = [...new Set(Object.values(names))];
  return {
    ...uncaptured,
    name: 'internet',
    implementation: 'nginx, dovecot',
    legs: [
      leg('eth0', 'br-far', drawMac(random, OUI.network), ...addresses.map((address) => `${address}/16`)),
    ],
    routes: [{ to: '10.77.0.0/16', via: '10.78.0.1' }],
    address: addresses[0] as string,
    script: 'internet.sh',
  };
}

function delayHost(random: Random): HostPlan {
  return {
    ...uncaptured,
    name: 'delay',
    implementation: 'delay.py',
    legs: [
      leg('eth0', 'br-inet', drawMac(random, OUI.network)),
      leg('far', 'br-far', drawMac(random, OUI.network)),
    ],
    routes: [],
    address: '',
    script: 'delay.sh',
  };
}

const serverRoutes = [
  { to: 'default', via: '10.77.0.1' },
  { to: 'default', via: 'fd77::1' },
];

function fileServer(
  random: Random,
  name: string,
  number: number,
  services: readonly string[],
  implementation: string,
  mustSee: readonly string[],
): HostPlan {
  const mac = drawMac(random, OUI.storage);
  return {
    name,
    role: 'DistrFileShare',
    implementation,
    legs: [leg('eth0', 'br-srv', mac, `10.77.0.${number}/24`, `fd77::${number.toString(16)}/64`)],
    routes: serverRoutes,
    address: `10.77.0.${number}`,
    script: 'file-server.sh',
    scriptArguments: services,
    windowsLook: false,
    mustSee: [...mustSee, 'udp/123'],
    steps: [],
  };
}

function printer(
  random: Random,
  name: string,
  number: number,
  script: string,
  scriptArguments: readonly string[],
  prefixes: readonly string[],
  implementation: string,
  mustSee: readonly string[],
): HostPlan {
  return {
    name,
    role: 'Printer',
    implementation,
    legs: [leg('eth0', 'br-prn', drawMac(random, prefixes))],
    routes: [],
    address: `10.77.20.${number}`,
    script,
    scriptArguments,
    windowsLook: false,
    mustSee: [...mustSee, 'udp/67', 'udp/123'],
    steps: [],
  };
}

function workstation(
  random: Random,
  name: string,
  number: number,
  user: string,
  around: Surroundings,
  minutes: number,
): HostPlan {
  const noise = ['mdns', 'wsd', 'netbios', 'llmnr', 'ssdp'].filter(() => random.uniform() < 0.8);
  return {
    name,
    role: 'BusinessWorkstation',
    implementation: 'curl, smbclient, cups back ends, isc-dhcp-client, without domain',
    legs: [leg('eth0', 'br-wks', drawMac(random, OUI.workstation))],
    routes: [],
    address: `10.77.10.${number}`,
    script: 'workstation.sh',
    scriptArguments: noise,
    windowsLook: true,
    mustSee: ['udp/67', 'udp/53', 'udp/123', 'tcp/443', 'tcp/993', 'tcp/445'],
    steps: drawSteps(random, 'office', around, user, minutes),
  };
}

function administrator(random: Random, number: number, around: Surroundings, minutes: number): HostPlan {
  return {
    ...uncaptured,
    name: 'admin',
    implementation: 'net-snmp, openssh, rsync, libnfs',
    legs: [
      leg(
        'eth0',
        'br-srv',
        drawMac(random, OUI.server),
        `10.77.0.${number}/24`,
        `fd77::${number.toString(16)}/64`,
      ),
    ],
    routes: serverRoutes,
    address: `10.77.0.${number}`,
    script: 'admin.sh',
    steps: drawSteps(random, 'administrator', around, 'root', minutes),
  };
}
