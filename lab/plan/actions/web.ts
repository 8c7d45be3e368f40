import { type ActionTable, bounded, CURL, DOCUMENTS } from './command.js';

/** Pages of the outside and of servers inside. */
export const webActions = {
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
} satisfies ActionTable;
