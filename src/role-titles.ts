/** Role ids as people read them. */

const ABBREVIATIONS: ReadonlySet<string> = new Set(['gpu', 'hmi', 'ip', 'pki', 'plc', 'rtu']);

/** The titles that NetworkML 0.4.5 gave to the roles of its captures. */
export const originalTitles: ReadonlyMap<string, string> = new Map([
  ['ActiveDirectoryController', 'Active Directory controller'],
  ['AdminServer', 'Administrator server'],
  ['AdminWorkstation', 'Administrator workstation'],
  ['BusinessWorkstation', 'Business workstation'],
  ['ConfluenceServer', 'Confluence server'],
  ['DevWorkstation', 'Developer workstation'],
  ['DistrFileShare', 'Distributed file share'],
  ['ExchangeServer', 'Exchange server'],
  ['GPULaptop', 'GPU laptop'],
  ['GithubRepo', 'GitHub server'],
  ['PKIServer', 'PKI server'],
  ['Printer', 'Printer'],
]);

/** The title of a role: of the bundle, else the original's, else its id in words (`IpCamera` is `IP camera`). */
export function roleTitle(id: string, titles: ReadonlyMap<string, string> = new Map()): string {
  return titles.get(id) ?? originalTitles.get(id) ?? inWords(id);
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
