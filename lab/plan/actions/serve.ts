import { LAX_CURL, script } from './client-command.js';
import { type ActionTable, bounded, DOCUMENTS, shell } from './command.js';

/** What servers do by themselves to others: jobs over many hosts, checks, copies, notices. */
export const serveActions = {
  /** MODULE HOST...: Ansible over ssh; MODULE raw, setup or copy. */
  ansible: (module, ...hosts) => script('do-ansible', [module, ...hosts], 25),
  /** HOST FOLDER: a copy of a folder of another host, by rsync over ssh. */
  backUp: (host, folder) => [
    ...bounded(['mkdir', '-p', `/srv/backup/${host}`]),
    ...bounded(['rsync', '-a', '--timeout=8', `root@${host}:${folder}/`, `/srv/backup/${host}/`], 20),
  ],
  /** HOST DOCUMENT: a file of settings goes to another host, by rsync over ssh. */
  spread: (host, document) =>
    bounded(['rsync', '-t', '--timeout=8', `${DOCUMENTS}/${document}`, `root@${host}:/tmp/`]),
  /** HOST...: how long each agent has been up, one after the other as pollers ask. */
  snmpRound: (...hosts) =>
    hosts.flatMap((host) =>
      bounded(
        [
          ...['snmpget', '-v2c', '-c', 'public', '-On', '-t', '2', '-r', '0', host],
          ...['.1.3.6.1.2.1.1.3.0', '.1.3.6.1.2.1.1.1.0', '.1.3.6.1.2.1.2.1.0'],
        ],
        4,
      ),
    ),
  /** HOST PORT: whether a service answers: its greeting, or an accepted connection. */
  checkService: (host, port) =>
    shell(
      'exec 3<> "/dev/tcp/$1/$2" && { read -r -t 1 -u 3 line || printf "\\r\\n" >&3; true; }',
      [host, port],
      5,
    ),
  /** HOST PORT QUEUE: what waits to be printed (RFC 1179, command 4). */
  queueState: (host, port, queue) =>
    shell(
      'exec 3<> "/dev/tcp/$1/$2" && printf "\\004%s\\n" "$3" >&3 && timeout 2 cat <&3 > /dev/null',
      [host, port, queue],
      5,
    ),
  /** URL: whether pages come. */
  checkPage: (url) => bounded([...LAX_CURL, url]),
  /** HOST PORT RECIPIENT DOCUMENT: a notice by mail, without signing in. */
  notice: (host, port, recipient, document) =>
    bounded([
      ...[...LAX_CURL, '--url', `smtp://${host}:${port}`, '--mail-from', recipient, '--mail-rcpt', recipient],
      ...['-T', `${DOCUMENTS}/${document}`],
    ]),
  /** URL: what a directory says about itself, which everybody may ask. */
  directoryRoot: (url) =>
    bounded([
      ...['env', 'LDAPTLS_REQCERT=never', 'ldapsearch', '-x', '-o', 'nettimeout=5', '-H', url],
      ...['-s', 'base', '-b', '', '*', '+'],
    ]),
  /** URL FIELDS FIELD DOCUMENT: keeps a page of a wiki; FIELDS is a form as in URLs, FIELD gets the text. */
  wikiSave: (url, fields, field, document) =>
    bounded([...LAX_CURL, '-d', fields, '--data-urlencode', `${field}@${DOCUMENTS}/${document}`, url]),
} satisfies ActionTable;
