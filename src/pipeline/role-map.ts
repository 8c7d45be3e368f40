import { readFileSync } from 'node:fs';
import { NetworkmlError } from '../errors.js';
import { parseCsv } from '../tables/index.js';

/**
 * A table of roles that mean the same: CSV with the columns `from` and `to`, where captures of role `from` are learnt
 * and judged as role `to`.
 * @throws NetworkmlError NML_LABELS when it cannot be read, has other columns, or maps a role twice or onto a mapped one
 */
export function readRoleMap(path: string): ReadonlyMap<string, string> {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (cause) {
    throw new NetworkmlError('NML_LABELS', 'the table of roles cannot be read', { file: path, cause });
  }
  const refuse = (problem: string): never => {
    throw new NetworkmlError('NML_LABELS', `table of roles: ${problem}`, { file: path });
  };
  const [head = [], ...lines] = parseCsv(text);
  const [from, to] = ['from', 'to'].map((name) => head.indexOf(name));
  if (from === undefined || to === undefined || from < 0 || to < 0)
    return refuse('no columns "from" and "to"');
  const map = new Map<string, string>();
  for (const line of lines) {
    const [one, other] = [line[from]?.trim() ?? '', line[to]?.trim() ?? ''];
    if (one === '' || other === '') refuse('an empty cell');
    if (map.has(one)) refuse(`${one} comes twice`);
    map.set(one, other);
  }
  for (const role of map.values()) if (map.has(role)) refuse(`${role} is mapped itself`);
  return map;
}
