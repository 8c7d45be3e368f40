import { NetworkmlError } from '../../errors.js';
import type { DirectedFlowKey, DirectedFlows } from '../../sessions/index.js';
import type { FlowPieces } from './pieces.js';

/** 0 normal, 1 anomalous, by directed flow. */
export type FlowLabels = ReadonlyMap<string, 0 | 1>;

const COLUMNS = ['Source IP', 'Destination IP', 'Source Port', 'Destination Port', 'Protocol', 'Label'];
const NORMAL: ReadonlySet<string> = new Set(['BENIGN', 'NORMAL']);

/**
 * Labels of flows from a table with the columns of CIC-IDS-2017 (blanks around their names do not matter); where a flow
 * has several rows the last one counts.
 * @param rows of the CSV, the head first
 * @throws NetworkmlError NML_LABELS when a column is missing
 */
export function readFlowLabels(rows: readonly (readonly string[])[]): FlowLabels {
  const head = (rows[0] ?? []).map((name) => name.trim());
  const places = COLUMNS.map((name) => head.indexOf(name));
  const missing = COLUMNS.filter((_name, at) => places[at] === -1);
  if (missing.length > 0) {
    throw new NetworkmlError('NML_LABELS', `the table has no column ${missing.join(', ')}`);
  }
  const labels = new Map<string, 0 | 1>();
  for (const row of rows.slice(1)) {
    const [source = '', destination = '', sourcePort, destinationPort, protocol, label = ''] = places.map(
      (place) => row[place]?.trim(),
    );
    const key = labelKey({
      source,
      destination,
      sourcePort: Number(sourcePort),
      destinationPort: Number(destinationPort),
      protocol: Number(protocol),
    });
    labels.set(key, NORMAL.has(label.toUpperCase()) ? 0 : 1);
  }
  return labels;
}

function labelKey(key: DirectedFlowKey): string {
  const { source, destination, sourcePort, destinationPort, protocol } = key;
  return `${source} ${destination} ${sourcePort} ${destinationPort} ${protocol}`;
}

/**
 * The pieces whose flow has a label, with their labels. Match is by the directed key, so that a table of two-way flows
 * keeps only the direction that it names.
 */
export function labelFlows(
  flows: DirectedFlows,
  pieces: FlowPieces,
  known: FlowLabels,
): { pieces: FlowPieces; labels: Uint8Array } {
  const kept: number[] = [];
  const labels: number[] = [];
  for (let at = 0; at < pieces.flow.length; at++) {
    const label = known.get(labelKey(flows.key(pieces.flow[at] as number)));
    if (label === undefined) continue;
    kept.push(at);
    labels.push(label);
  }
  const pick = (column: Uint32Array): Uint32Array => Uint32Array.from(kept, (at) => column[at] as number);
  return {
    pieces: { flow: pick(pieces.flow), start: pick(pieces.start), end: pick(pieces.end) },
    labels: Uint8Array.from(labels),
  };
}
