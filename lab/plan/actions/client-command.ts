import { type BoundedCommand, bounded } from './command.js';

/** curl that throws away what it gets and takes any certificate: servers inside are asked by address, too. */
export const LAX_CURL: readonly string[] = ['curl', '-sSk', '-o', '/dev/null', '--max-time', '10'];

/** One of the scripts `lab/hosts/do-*.sh`, for actions of more than a line. */
export const script = (name: string, words: readonly string[], seconds: number): BoundedCommand[] =>
  bounded(['bash', `/lab/hosts/${name}.sh`, ...words], seconds);
