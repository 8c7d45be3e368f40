import { type ActionTable, bounded } from './command.js';

/** Secure shell with the administrator's key, which a host's script puts in place with `administrator_key`. */
export const shellActions = {
  /** HOST COMMAND...: as root. */
  secureShell: (host: string, ...command: string[]) =>
    bounded(['ssh', '-n', '-o', 'ConnectTimeout=5', `root@${host}`, ...command]),
} satisfies ActionTable;
