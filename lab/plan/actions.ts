/** The things clients do. Each is a list of commands inside the client's host, run one after the other. */

/** A command and the most seconds it may take. */
export interface BoundedCommand {
  readonly argv: readonly string[];
  readonly seconds: number;
}

const DOCUMENTS = '/lab/documents';
const CURL = ['curl', '-sS', '--cacert', '/lab/site/ca.crt', '-o', '/dev/null', '--max-time', '12'];

const bounded = (argv: readonly string[], seconds = 12): BoundedCommand[] => [{ argv, seconds }];

/** CUPS back ends are programs of their own: URI in the environment, job, user, title, copies, options, file. */
function cupsBackEnd(
  kind: 'ipp' | 'socket' | 'lpd',
  uri: string,
  user: string,
  document: string,
): BoundedCommand[] {
  const environment = [
    `DEVICE_URI=${uri}`,
    'CONTENT_TYPE=text/plain',
    'FINAL_CONTENT_TYPE=text/plain',
    'PRINTER=office',
  ];
  const job = ['1', user, document, '1', '', `${DOCUMENTS}/${document}`];
  return bounded(['env', ...environment, `/usr/lib/cups/backend/${kind}`, ...job], 20);
}

const smb = (server: string, user: string, command: string): BoundedCommand[] =>
  bounded(['smbclient', `//${server}/office`, '-U', `${user}%office`, '-c', command]);

const actionTable = {
  /** NAME SIZE...: one page with its objects over one connection. */
  web: (name: string, ...sizes: string[]) =>
    bounded([
      ...CURL,
      '--http2',
      ...sizes.flatMap((size, i) => [...(i ? ['-o', '/dev/null'] : []), `https://${name}/${size}.html`]),
    ]),
  /** NAME DOCUMENT: sends a file to a site. */
  upload: (name: string, document: string) =>
    bounded([...CURL, '--http2', '-T', `${DOCUMENTS}/${document}`, `https://${name}/upload`]),
  /** USER: looks into the mailbox. */
  mail: (user: string) =>
    bounded([
      ...CURL,
      '-u',
      `${user}:office`,
      'imaps://imap.mailpost.example/INBOX',
      '-X',
      'STATUS INBOX (MESSAGES UNSEEN)',
    ]),
  /** USER DOCUMENT: keeps a message in the mailbox. */
  mailStore: (user: string, document: string) =>
    bounded([
      ...CURL,
      '-u',
      `${user}:office`,
      '-T',
      `${DOCUMENTS}/${document}`,
      'imaps://imap.mailpost.example/INBOX',
    ]),
  smbList: (server: string, user: string) => smb(server, user, 'ls'),
  smbGet: (server: string, user: string, document: string) =>
    smb(server, user, `get ${document} /tmp/${document}`),
  smbPut: (server: string, user: string, document: string, name: string) =>
    smb(server, user, `lcd ${DOCUMENTS}; put ${document} ${name}; ls ${name}`),
  /** PRINTER USER DOCUMENT. */
  printIpp: (printer: string, user: string, document: string) =>
    cupsBackEnd('ipp', `ipp://${printer}:631/ipp/print`, user, document),
  printSocket: (printer: string, user: string, document: string) =>
    cupsBackEnd('socket', `socket://${printer}:9100`, user, document),
  printLpd: (printer: string, user: string, document: string) =>
    cupsBackEnd('lpd', `lpd://${printer}/raw`, user, document),
  printerAttributes: (printer: string) =>
    bounded(['ipptool', '-q', '-T', '8', `ipp://${printer}:631/ipp/print`, 'get-printer-attributes.test']),
  printerPage: (printer: string) =>
    bounded(['curl', '-sS', '-o', '/dev/null', '--max-time', '8', `http://${printer}/`]),
  lookup: (name: string) => bounded(['dig', '+time=2', '+tries=1', name], 6),
  findPrinters: () => bounded(['avahi-browse', '-rpt', '_ipp._tcp'], 6),
  ping: (host: string) => bounded(['ping', '-c', '3', '-i', '0.5', '-W', '1', host], 6),
  snmpSystem: (host: string) =>
    bounded(['snmpbulkwalk', '-v2c', '-c', 'public', '-On', '-t', '2', '-r', '0', host, '.1.3.6.1.2.1.1']),
  snmpInterfaces: (host: string) =>
    bounded([
      'snmpget',
      '-v2c',
      '-c',
      'public',
      '-On',
      '-t',
      '2',
      '-r',
      '0',
      host,
      '.1.3.6.1.2.1.1.3.0',
      '.1.3.6.1.2.1.2.1.0',
    ]),
  secureShell: (host: string, ...command: string[]) =>
    bounded(['ssh', '-n', '-o', 'ConnectTimeout=5', host, ...command]),
  rsyncPush: (host: string, document: string) =>
    bounded(['rsync', '-t', '--timeout=8', `${DOCUMENTS}/${document}`, `rsync://${host}/backup/`]),
  rsyncPull: (host: string, document: string) =>
    bounded(['rsync', '-t', '--timeout=8', `rsync://${host}/backup/${document}`, '/tmp/']),
  /** HOST VERSION. */
  nfsList: (host: string, version: string) => bounded(['nfs-ls', `nfs://${host}/nfs?version=${version}`]),
  nfsGet: (host: string, version: string, document: string) => [
    // The client refuses to replace a file.
    ...bounded(['rm', '-f', `/tmp/${document}`]),
    ...bounded(['nfs-cp', `nfs://${host}/nfs/${document}?version=${version}`, `/tmp/${document}`]),
  ],
  nfsPut: (host: string, version: string, document: string, name: string) =>
    bounded(['nfs-cp', `${DOCUMENTS}/${document}`, `nfs://${host}/nfs/${name}?version=${version}`]),
} satisfies Record<string, (...words: string[]) => BoundedCommand[]>;

export type ActionName = keyof typeof actionTable;

/** The commands of one action. */
export function commandsOf(action: ActionName, words: readonly string[]): BoundedCommand[] {
  const make: (...words: string[]) => BoundedCommand[] = actionTable[action];
  return make(...words);
}
