/** A command inside the client's host and the most seconds it may take. */
export interface BoundedCommand {
  readonly argv: readonly string[];
  readonly seconds: number;
}

/** Actions by name. Words are what a step carries; the commands run one after the other. */
export type ActionTable = Record<string, (...words: string[]) => BoundedCommand[]>;

/** The documents that every host finds in the share. */
export const DOCUMENTS = '/lab/documents';

/** curl that trusts the site's authority and throws away what it gets. */
export const CURL = ['curl', '-sS', '--cacert', '/lab/site/ca.crt', '-o', '/dev/null', '--max-time', '12'];

/** One command with its limit; 12 s unless told. */
export function bounded(argv: readonly string[], seconds = 12): BoundedCommand[] {
  return [{ argv, seconds }];
}

/** A line of shell with its limit, for what needs pipes or files. Words go in as $1, $2, ...; never paste them in. */
export function shell(line: string, words: readonly string[], seconds = 12): BoundedCommand[] {
  return bounded(['bash', '-c', line, 'action', ...words], seconds);
}
