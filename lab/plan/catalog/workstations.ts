import { pick } from '../draw.js';
import {
  administratorPersonas,
  type Client,
  developerPersonas,
  drawDay,
  officePersonas,
  type Persona,
  trainerPersonas,
} from '../personas/index.js';
import { hostPlan, offerOf, offersOf } from './host.js';
import type { HostSeat, Implementation, SiteDraw } from './types.js';

/** What is drawn for the machines of a role, as chances. */
interface Kind {
  readonly role: string;
  /** Vendor prefixes (IEEE registry) of machines that are bought for such work. */
  readonly prefixes: readonly string[];
  readonly member: number;
  readonly chromium: number;
  readonly textBrowser: number;
  readonly spooler: number;
  readonly postOffice: number;
  /** Serves ssh itself. */
  readonly shell: number;
  /** Shares a folder itself. */
  readonly share: number;
  readonly noise: number;
}

const office: Kind = {
  role: 'BusinessWorkstation',
  prefixes: ['3c:2c:30', 'd4:be:d9', '54:ee:75', 'a0:8c:fd'],
  ...{
    member: 0.65,
    chromium: 0.4,
    textBrowser: 0.15,
    spooler: 0.4,
    postOffice: 0.25,
    shell: 0.1,
    share: 0.25,
    noise: 0.75,
  },
};
const developer: Kind = {
  role: 'DevWorkstation',
  prefixes: ['54:ee:75', 'd4:be:d9', '3c:22:fb', '8c:16:45'],
  ...{
    member: 0.35,
    chromium: 0.3,
    textBrowser: 0.1,
    spooler: 0.3,
    postOffice: 0.1,
    shell: 0.5,
    share: 0.05,
    noise: 0.45,
  },
};
const administrator: Kind = {
  role: 'AdminWorkstation',
  prefixes: ['3c:2c:30', 'a0:8c:fd', '8c:16:45', '00:25:90'],
  ...{
    member: 0.6,
    chromium: 0.25,
    textBrowser: 0.2,
    spooler: 0.2,
    postOffice: 0.15,
    shell: 0.4,
    share: 0.15,
    noise: 0.5,
  },
};
const trainer: Kind = {
  role: 'GPULaptop',
  prefixes: ['04:d4:c4', 'd8:bb:c1', '3c:22:fb', '8c:16:45'],
  ...{
    member: 0.15,
    chromium: 0.15,
    textBrowser: 0.1,
    spooler: 0.2,
    postOffice: 0.15,
    shell: 0.4,
    share: 0.05,
    noise: 0.5,
  },
};

/** More of them would starve two cores. */
const MOST_CHROMIUM = 2;
const NOISE = ['mdns', 'wsd', 'netbios', 'llmnr', 'ssdp', 'lldp'] as const;

function drawClient(site: SiteDraw, seat: HostSeat, kind: Kind): Client {
  const { random } = site;
  const chance = (share: number): boolean => random.uniform() < share;
  const real = site.hosts.filter(({ variant }) => variant.includes('chromium')).length < MOST_CHROMIUM;
  return {
    site,
    name: seat.name,
    user: pick(random, site.users),
    joined: chance(kind.member) && offersOf(site, 'dns-ad').length > 0,
    browser: chance(kind.chromium) && real ? 'chromium' : chance(kind.textBrowser) ? 'w3m' : 'curl',
    spooler: chance(kind.spooler),
    mailbox: chance(kind.postOffice) && offersOf(site, 'pop3s').length > 0 ? 'pop3' : 'imap',
  };
}

/** What runs on the machine besides its user's programs: words of workstation.sh. */
function drawPrograms(site: SiteDraw, client: Client, kind: Kind): string[] {
  const chance = (share: number): boolean => site.random.uniform() < share;
  return [
    ...(client.joined ? [`member=${site.adDomain}=${site.workgroup}=${client.user}`] : []),
    ...(client.spooler ? ['spooler'] : []),
    ...(chance(kind.shell) ? ['ssh'] : []),
    ...(chance(kind.share) ? ['smb'] : []),
    ...NOISE.filter(() => chance(kind.noise)),
  ];
}

function workstation(kind: Kind, name: string, persona: Persona): Implementation {
  return {
    role: kind.role,
    name,
    prefixes: kind.prefixes,
    commands: ['curl', 'smbclient', 'dig'],
    plan(site, seat) {
      const client = drawClient(site, seat, kind);
      const programs = drawPrograms(site, client, kind);
      // Other stations may reach these; nobody's ordinary work does.
      if (programs.includes('ssh')) site.offers.push(offerOf(site, seat, 'peer-ssh', 22));
      if (programs.includes('smb')) site.offers.push(offerOf(site, seat, 'peer-smb', 445));
      const day = drawDay(client, persona);
      return hostPlan(site, seat, {
        role: kind.role,
        implementation: name,
        variant: [
          client.browser,
          client.joined ? 'member' : 'alone',
          client.spooler ? 'spooler' : 'direct',
          client.mailbox,
        ].join(' '),
        script: 'workstation.sh',
        scriptArguments: programs,
        joined: client.joined,
        mustSee: ['udp/67', 'udp/53', 'udp/123', ...day.sees.filter((port) => !port.startsWith('udp/'))],
        steps: day.steps,
      });
    },
  };
}

const all = (kind: Kind, word: string, personas: Readonly<Record<string, Persona>>): Implementation[] =>
  Object.entries(personas).map(([name, persona]) => workstation(kind, `${word}-${name}`, persona));

/** Four roles, three ways each: people differ more than their machines do. */
export const workstations: readonly Implementation[] = [
  ...all(office, 'office', officePersonas),
  ...all(developer, 'developer', developerPersonas),
  ...all(administrator, 'administrator', administratorPersonas),
  ...all(trainer, 'trainer', trainerPersonas),
];
