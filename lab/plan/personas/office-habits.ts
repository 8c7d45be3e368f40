import type { Offer } from '../catalog/types.js';
import { pick } from '../draw.js';
import { amount, type Client, document, fresh, type Habit, server, url } from './client.js';

/** Names of the outside that speak QUIC. */
const QUIC_NAMES = ['www.daybreak.example', 'static.cdnworks.example'] as const;

/** The outside's host for calls. */
const MEETINGS = 'portal.officesuite.example';

/** Sizes of pages that the outside has, in kB. */
const SIZES = [1, 2, 4, 8, 16, 32, 64] as const;

const pageSize = (client: Client): string => {
  const wanted = Number(amount(client, 6, 1, 64, 1.1));
  return String(SIZES.find((size) => size >= wanted) ?? 64);
};

const security = ({ tls, kind, extra }: Offer): string =>
  extra?.security ?? (tls ? 'tls' : kind === 'smtp' ? 'plain' : 'starttls');

const mailServer = (client: Client, offer: Offer): [string, string, string] => [
  server(client, offer),
  String(offer.port),
  security(offer),
];

const page: Habit = {
  sees: 'tcp/443',
  draw: (client) => {
    const { random, webNames } = client.site;
    const name = pick(random, webNames);
    if (client.browser === 'w3m') return ['webText', name, pageSize(client)];
    if (client.browser === 'chromium' && random.uniform() < 0.3) {
      const size = pageSize(client);
      if (random.uniform() < 0.5) return ['openQuic', pick(random, QUIC_NAMES), size];
      return ['openBrowser', `https://${name}/${size}.html`];
    }
    return ['web', name, ...Array.from({ length: 1 + random.below(5) }, () => pageSize(client))];
  },
};

const printerUri = (client: Client, offer: Offer): string => {
  // IPP Everywhere servers refuse names that are not their own multicast name.
  if (offer.kind === 'ipp')
    return `ipp://${offer.address}:${offer.port}${(offer.extra?.path ?? '/ipp/print').replace(/^\/*/, '/')}`;
  if (offer.kind === 'lpd')
    return `lpd://${server(client, offer)}:${offer.port}/${offer.extra?.queue ?? 'raw'}`;
  return `socket://${server(client, offer)}:${offer.port}`;
};

const shareOf = (client: Client, offer: Offer): string =>
  `//${offer.extra?.domain === undefined ? server(client, offer) : offer.host}/${offer.extra?.share ?? 'office'}`;

/** With the ticket where server and client are members, otherwise with name and password. */
const shareUser = ({ user, joined, site }: Client, { extra }: Offer): string => {
  if (extra?.domain === undefined) return user;
  return joined && site.random.uniform() < 0.7 ? '@' : `${extra.domain}\\${user}`;
};

const smb = (draw: (client: Client, share: string, user: string) => ReturnType<Habit['draw']>): Habit => ({
  of: ['smb'],
  draw: (client, offer) => draw(client, shareOf(client, offer), shareUser(client, offer)),
});

/** What one does at a desk: pages, mail, documents, paper, calls. */
export const officeHabits = {
  page,
  upload: {
    sees: 'tcp/443',
    draw: (client) => ['upload', pick(client.site.random, client.site.webNames), document(client)],
  },
  lookup: { sees: 'udp/53', draw: ({ site }) => ['lookup', pick(site.random, site.webNames)] },
  reach: { of: ['ssh', 'ipp', 'smb', 'git-http'], draw: (client, offer) => ['ping', server(client, offer)] },
  mailLook: {
    of: ['imap', 'imaps'],
    fits: ({ mailbox }) => mailbox === 'imap',
    draw: (client, offer) => ['mailLook', ...mailServer(client, offer), client.user],
  },
  mailRead: {
    of: ['imap', 'imaps'],
    fits: ({ mailbox }) => mailbox === 'imap',
    draw: (client, offer) => [
      client.site.random.uniform() < 0.5 ? 'mailRead' : 'mailKeep',
      ...mailServer(client, offer),
      client.user,
      document(client),
    ],
  },
  mailPop: {
    of: ['pop3', 'pop3s'],
    fits: ({ mailbox }) => mailbox === 'pop3',
    draw: (client, offer) => ['mailPop', ...mailServer(client, offer), client.user],
  },
  mailSend: {
    of: ['submission', 'smtps'],
    draw: (client, offer) => {
      const recipient = `${pick(client.site.random, client.site.users)}@${offer.extra?.domain ?? client.site.domain}`;
      return ['mailSend', ...mailServer(client, offer), client.user, recipient, document(client)];
    },
  },
  mailWeb: {
    of: ['owa'],
    draw: (client, offer) => ['mailWeb', url(client, offer), client.user, document(client)],
  },
  shareList: smb((_client, share, user) => ['shareList', share, user]),
  shareGet: smb((client, share, user) => ['shareGet', share, user, document(client)]),
  sharePut: smb((client, share, user) => ['sharePut', share, user, document(client), fresh(client, '.txt')]),
  shareRoundTrip: smb((client, share, user) => [
    'shareRoundTrip',
    share,
    user,
    document(client),
    fresh(client, '.txt'),
  ]),
  print: {
    of: ['ipp', 'jetdirect', 'lpd'],
    draw: (client, offer) => [
      client.spooler ? 'printQueue' : 'print',
      printerUri(client, offer),
      client.user,
      document(client),
    ],
  },
  printerLook: {
    of: ['ipp'],
    draw: (client, offer) => [
      'printerAsk',
      printerUri(client, offer),
      client.site.random.uniform() < 0.5 ? 'get-printer-attributes' : 'get-jobs',
    ],
  },
  // Spoolers ask printers of every kind for paper and toner.
  printerState: {
    of: ['jetdirect', 'ipp'],
    sees: 'udp/161',
    draw: (client, offer) => ['printerState', server(client, offer)],
  },
  findPrinters: { sees: 'udp/5353', draw: () => ['findPrinters'] },
  wiki: {
    of: ['wiki'],
    draw: (client, offer) => {
      const pages = (offer.extra?.pages ?? '/').split(',');
      const one = (): string => url(client, offer, pick(client.site.random, pages));
      if (client.browser === 'chromium' && client.site.random.uniform() < 0.25) return ['openBrowser', one()];
      return ['open', ...Array.from({ length: 1 + client.site.random.below(3) }, one)];
    },
  },
  wikiEdit: {
    of: ['wiki'],
    fits: (_client, { extra }) => extra?.form !== undefined,
    draw: (client, offer) => {
      const { form = '/', fields = '', field = 'text' } = offer.extra ?? {};
      return ['wikiSave', url(client, offer, form), fields, field, document(client)];
    },
  },
  printerPage: { of: ['printer-page'], draw: (client, offer) => ['printerPage', server(client, offer)] },
  folder: {
    of: ['webdav'],
    draw: (client, offer) => [
      'folderRoundTrip',
      url(client, offer, offer.extra?.path ?? '/'),
      client.user,
      document(client),
      fresh(client, '.txt'),
    ],
  },
  certificateStatus: {
    of: ['ocsp'],
    draw: (client, offer) => ['certificateStatus', url(client, offer, offer.extra?.path ?? '')],
  },
  certificateList: {
    of: ['crl'],
    draw: (client, offer) => ['certificateFile', url(client, offer, offer.extra?.path ?? '/')],
  },
  callStun: { sees: 'udp/3478', draw: () => ['callStun', MEETINGS, '3478'] },
  callRelay: {
    sees: 'udp/3478',
    draw: (client) => ['callRelay', MEETINGS, '3478', amount(client, 60, 20, 200)],
  },
  callVoice: { sees: 'udp/3490', draw: (client) => ['callVoice', MEETINGS, '3490', amount(client, 4, 2, 9)] },
  callSignal: { sees: 'udp/5060', draw: () => ['callSignal', MEETINGS, '5060'] },
  mailOutside: {
    sees: 'tcp/993',
    draw: (client) => {
      const what = client.site.random.uniform() < 0.3 ? 'mailKeep' : 'mailLook';
      const words = [what, 'imap.mailpost.example', '993', 'tls', client.user] as const;
      return what === 'mailKeep' ? [...words, document(client)] : words;
    },
  },
} satisfies Record<string, Habit>;
