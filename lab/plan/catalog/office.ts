import { pick } from '../draw.js';
import { drawSteps, type Habit, type Occasion, type Persona } from '../persona.js';
import { hostPlan } from './host.js';
import type { Implementation } from './types.js';

const document = ({ random, site }: Occasion): string => pick(random, site.documents);
const webName = ({ random, site }: Occasion): string => pick(random, site.webNames);

const smbList: Omit<Habit, 'weight'> = {
  needs: 'smb',
  draw: ({ offer, user }) => ['smbList', offer.host, user],
};
const smbGet: Omit<Habit, 'weight'> = {
  needs: 'smb',
  draw: (occasion) => ['smbGet', occasion.offer.host, occasion.user, document(occasion)],
};
const mail: Omit<Habit, 'weight'> = { draw: ({ user }) => ['mail', user] };
const printIpp: Omit<Habit, 'weight'> = {
  needs: 'ipp',
  draw: (occasion) => [
    'printIpp',
    occasion.offer.host,
    occasion.offer.extra?.path ?? 'ipp/print',
    occasion.user,
    document(occasion),
  ],
};
const printSocket: Omit<Habit, 'weight'> = {
  needs: 'jetdirect',
  draw: (occasion) => ['printSocket', occasion.offer.host, occasion.user, document(occasion)],
};
const printLpd: Omit<Habit, 'weight'> = {
  needs: 'lpd',
  draw: (occasion) => [
    'printLpd',
    occasion.offer.host,
    occasion.offer.extra?.queue ?? 'raw',
    occasion.user,
    document(occasion),
  ],
};
const page: Omit<Habit, 'weight'> = {
  draw: (occasion) => {
    const { random } = occasion;
    const sizes = Array.from({ length: 1 + random.below(4) }, () => pick(random, ['1', '2', '4', '8', '16']));
    return ['web', webName(occasion), ...sizes];
  },
};

/** Office work; about one step in ten is not what one expects of an office. */
const officeWork: Persona = {
  pauseMedianMs: 2600,
  habits: [
    { weight: 34, ...page },
    { weight: 4, draw: (occasion) => ['upload', webName(occasion), document(occasion)] },
    { weight: 10, ...mail },
    { weight: 4, draw: (occasion) => ['mailStore', occasion.user, document(occasion)] },
    { weight: 5, ...smbList },
    { weight: 8, ...smbGet },
    {
      weight: 6,
      needs: 'smb',
      draw: (occasion) => [
        'smbPut',
        occasion.offer.host,
        occasion.user,
        document(occasion),
        `${occasion.user}-${occasion.random.below(1000)}.txt`,
      ],
    },
    { weight: 6, ...printIpp },
    { weight: 4, ...printSocket },
    { weight: 4, ...printLpd },
    {
      weight: 2,
      needs: 'ipp',
      draw: ({ offer }) => ['printerAttributes', offer.host, offer.extra?.path ?? 'ipp/print'],
    },
    { weight: 6, draw: (occasion) => ['lookup', webName(occasion)] },
    {
      weight: 2,
      needs: 'rsync',
      draw: (occasion) => ['rsyncPull', occasion.offer.host, document(occasion)],
    },
    { weight: 2, needs: 'snmp', draw: ({ offer }) => ['ping', offer.host] },
    { weight: 1, needs: 'printer-page', draw: ({ offer }) => ['printerPage', offer.host] },
  ],
  certain: [mail, smbList, smbGet, printIpp, printSocket, printLpd],
};

/** curl, smbclient and CUPS' back ends, without a domain. */
export const officeWorkstation: Implementation = {
  role: 'BusinessWorkstation',
  name: 'office-plain',
  commands: ['curl', 'smbclient', 'wsdd'],
  plan(site, seat) {
    const { random } = site;
    const noise = ['mdns', 'wsd', 'netbios', 'llmnr', 'ssdp'].filter(() => random.uniform() < 0.8);
    return hostPlan(site, seat, {
      role: 'BusinessWorkstation',
      implementation: 'office-plain',
      script: 'workstation.sh',
      scriptArguments: noise,
      mustSee: ['udp/67', 'udp/53', 'udp/123', 'tcp/443', 'tcp/993'],
      steps: drawSteps(site, seat, officeWork, pick(random, site.users)),
    });
  },
};
