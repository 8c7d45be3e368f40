import { script } from './client-command.js';
import { type ActionTable, bounded, shell } from './command.js';

const SNMP = ['-v2c', '-c', 'public', '-On', '-t', '2', '-r', '0'];
/** Looking after other people's machines. */
export const administerActions = {
  snmpTables: (host) => bounded(['snmpbulkwalk', ...SNMP, host, '.1.3.6.1.2.1.2'], 8),
  /** HOST PORT SECONDS: somebody types, reads and types again. */
  secureShellSession: (host, port, seconds) => script('do-terminal', [host, port, seconds], 25),
  /** HOST DOCUMENT: copies a file over ssh. */
  secureCopy: (host, document) =>
    bounded([
      'scp',
      '-q',
      '-o',
      'BatchMode=yes',
      '-o',
      'ConnectTimeout=5',
      `/lab/documents/${document}`,
      `root@${host}:/tmp/`,
    ]),
  /** HOST PORT SECONDS: a remote desktop that shows moving pictures. */
  desktopRdp: (host, port, seconds) => script('do-desktop', ['rdp', host, port, seconds], 20),
  desktopVnc: (host, port, seconds) => script('do-desktop', ['vnc', host, port, seconds], 20),
  /** HOST PORT TEXT: a line for the log server. */
  logLine: (host, port, text) =>
    shell(
      'printf "<14>%s %s lab: %s\\n" "$(date "+%b %e %T")" "$HOSTNAME" "$3" > "/dev/udp/$1/$2"',
      [host, port, text],
      4,
    ),
} satisfies ActionTable;
