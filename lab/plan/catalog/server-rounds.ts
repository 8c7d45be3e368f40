import { pick } from '../draw.js';
import { drawSteps, type Habit, type Occasion, type Persona, type Wish } from '../persona.js';
import { seatOf } from './host.js';
import type { Implementation } from './types.js';

const document = ({ random, site }: Occasion): string => pick(random, site.documents);
const fresh = ({ random, seat }: Occasion): string => `${seat.name}-${random.below(100_000)}.txt`;
const where = ({ offer, random }: Occasion): string =>
  offer.extra?.domain !== undefined || random.uniform() < 0.7 ? offer.host : offer.address;

/** Lists of revoked certificates, as every server that trusts an authority fetches them. */
const revoked: Habit = {
  weight: 2,
  needs: 'crl',
  draw: ({ offer }) => [
    'certificateFile',
    `http${offer.tls ? 's' : ''}://${offer.host}:${offer.port}${offer.extra?.path ?? '/'}`,
  ],
};

/** Whether one certificate is still good. */
const status: Habit = {
  weight: 2,
  needs: 'ocsp',
  draw: ({ offer }) => ['certificateStatus', `http://${offer.host}:${offer.port}`],
};

/** The same lists in a directory. */
const revokedDirectory: Habit = {
  weight: 2,
  needs: 'certificate-directory',
  draw: ({ offer }) => [
    'certificateDirectory',
    `ldap${offer.tls ? 's' : ''}://${offer.host}:${offer.port}`,
    offer.extra?.base ?? '',
  ],
};

/** A new certificate before the old one ends. */
const renewal: Habit = {
  weight: 1,
  needs: 'cmp',
  draw: ({ offer, seat, site }) => [
    ...(['certificateCmp', `${offer.host}:${offer.port}`, 'pkix/', 'lab', 'lab'] as const),
    `${seat.name}.${site.domain}`,
  ],
};

/** What every server does, whatever its role: asks about certificates, and mails of its timers. */
const anyServer: readonly Habit[] = [
  revoked,
  status,
  revokedDirectory,
  renewal,
  {
    weight: 1,
    needs: 'smtp',
    draw: (occasion) => {
      const { host, port, extra } = occasion.offer;
      const recipient = `${occasion.user}@${extra?.domain ?? occasion.site.domain}`;
      return ['notice', host, String(port), recipient, document(occasion)];
    },
  },
];

const shareUser = ({ offer, user }: Occasion): string =>
  offer.extra?.domain === undefined ? user : `${offer.extra.domain}\\${user}`;
const share = (occasion: Occasion): string =>
  `//${where(occasion)}/${occasion.offer.extra?.share ?? 'office'}`;

/** File servers keep copies of each other's folders. */
const copies: readonly Habit[] = [
  {
    weight: 5,
    needs: 'smb',
    draw: (occasion) =>
      occasion.random.uniform() < 0.5
        ? ['shareGet', share(occasion), shareUser(occasion), document(occasion)]
        : ['sharePut', share(occasion), shareUser(occasion), document(occasion), fresh(occasion)],
  },
  {
    weight: 4,
    needs: 'rsync',
    draw: (occasion) => [
      'moduleRoundTrip',
      `rsync://${where(occasion)}:${occasion.offer.port}/${occasion.offer.extra?.module ?? 'backup'}/`,
      document(occasion),
    ],
  },
  {
    weight: 4,
    needs: 'nfs',
    draw: (occasion) => [
      'exportRoundTrip',
      `nfs://${where(occasion)}${occasion.offer.extra?.path ?? '/nfs'}`,
      ...[pick(occasion.random, ['3', '4']), document(occasion), fresh(occasion)],
    ],
  },
  {
    weight: 4,
    needs: 'ftp',
    draw: (occasion) => [
      ...(['ftpRoundTrip', where(occasion), String(occasion.offer.port), occasion.user] as const),
      ...[pick(occasion.random, ['tls', 'plain']), document(occasion), fresh(occasion)],
    ],
  },
];

/** The directory changes now and then; where there is a second controller the change is replicated to it. */
const changes: Habit = {
  weight: 6,
  draw: ({ site, user }): Wish => ['directoryChange', site.adDomain, user],
};

const rounds = (
  pauseMedianMs: number,
  habits: readonly Habit[],
  certain: readonly Habit[] = [],
): Persona => ({
  pauseMedianMs,
  habits: [...anyServer, ...habits],
  // Everybody's offers once, so that each is used however few the clients are.
  certain: certain.map((habit) => ({ ...habit, each: true })),
});

/** What servers of each kind do by themselves, by timers. */
export const serverRounds = {
  controller: rounds(6000, [changes]),
  directory: rounds(12_000, []),
  files: rounds(4000, copies, copies),
  mail: rounds(6000, [], [revoked, status, revokedDirectory, renewal]),
  certificates: rounds(12_000, []),
};

/** For `later` of an implementation: these rounds as the host's steps. */
export function roundsLater(persona: Persona): NonNullable<Implementation['later']> {
  return (site, host) => ({
    ...host,
    steps: drawSteps(site, seatOf(host), persona, pick(site.random, site.users)),
  });
}
