/** Role ids as people read them. */

const ABBREVIATIONS: ReadonlySet<string> = new Set(['gpu', 'hmi', 'ip', 'pki', 'plc', 'rtu']);

/** The title of a role: of the bundle, else its id in words (`IpCamera` is `IP camera`). */
export function roleTitle(id: string, titles: ReadonlyMap<string, string> = new Map()): string {
  return titles.get(id) ?? inWords(id);
}

function inWords(id: string): string {
  const words = id.replace(/(?<=[a-z0-9])(?=[A-Z])/g, ' ').split(' ');
  return words
    .map((word, i) =>
      ABBREVIATIONS.has(word.toLowerCase()) ? word.toUpperCase() : i === 0 ? word : lowerFirst(word),
    )
    .join(' ');
}

function lowerFirst(word: string): string {
  return /^[A-Z][a-z]/.test(word) ? word.toLowerCase() : word;
}
