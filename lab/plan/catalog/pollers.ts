import { pick } from '../draw.js';
import { drawSteps, type Habit, type Occasion, type Persona } from '../persona.js';
import { hostPlan, seatOf } from './host.js';
import type { Implementation } from './types.js';

const document = ({ random, site }: Occasion): string => pick(random, site.documents);
const version = ({ random }: Occasion): string => pick(random, ['3', '4']);
const secureShell: Omit<Habit, 'weight'> = {
  needs: 'ssh',
  draw: ({ offer }) => ['secureShell', offer.host, 'uptime'],
};

/** What an administrator's timers do to the others. */
const rounds: Persona = {
  pauseMedianMs: 2200,
  habits: [
    { weight: 10, needs: 'snmp', draw: ({ offer }) => ['snmpInterfaces', offer.host] },
    { weight: 4, needs: 'snmp', draw: ({ offer }) => ['snmpSystem', offer.host] },
    { weight: 6, needs: 'exporter', draw: ({ offer }) => ['scrape', offer.host] },
    { weight: 3, ...secureShell },
    { weight: 3, needs: 'rsync', draw: (occasion) => ['rsyncPush', occasion.offer.host, document(occasion)] },
    { weight: 4, needs: 'rsync', draw: (occasion) => ['rsyncPull', occasion.offer.host, document(occasion)] },
    { weight: 3, needs: 'nfs', draw: (occasion) => ['nfsList', occasion.offer.host, version(occasion)] },
    {
      weight: 7,
      needs: 'nfs',
      draw: (occasion) => ['nfsGet', occasion.offer.host, version(occasion), document(occasion)],
    },
    {
      weight: 5,
      needs: 'nfs',
      draw: (occasion) => [
        'nfsPut',
        occasion.offer.host,
        version(occasion),
        document(occasion),
        `backup-${occasion.random.below(1000)}.txt`,
      ],
    },
    { weight: 1, needs: 'printer-page', draw: ({ offer }) => ['printerPage', offer.host] },
  ],
  certain: [
    { ...secureShell, each: true },
    { needs: 'exporter', each: true, draw: ({ offer }) => ['scrape', offer.host] },
    { needs: 'snmp', each: true, draw: ({ offer }) => ['snmpInterfaces', offer.host] },
    {
      needs: 'rsync',
      each: true,
      draw: (occasion) => ['rsyncPull', occasion.offer.host, document(occasion)],
    },
    {
      needs: 'nfs',
      each: true,
      draw: (occasion) => ['nfsGet', occasion.offer.host, '3', document(occasion)],
    },
  ],
};

/** Polls, signs in and backs up by timers. */
export const poller: Implementation = {
  role: 'AdminServer',
  name: 'poller',
  commands: ['snmpbulkwalk', 'ssh'],
  plan: (site, seat) =>
    hostPlan(site, seat, {
      role: 'AdminServer',
      implementation: 'poller',
      script: 'admin.sh',
      mustSee: ['udp/123'],
    }),
  later: (site, host) => ({
    ...host,
    steps: drawSteps(site, seatOf(host), rounds, 'root'),
  }),
};
