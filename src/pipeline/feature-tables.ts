import { appendRow, type Column, type ColumnBatch, createBatch } from '../column-table.js';
import { type FlowShape, PORT_PROTOCOL_COLUMNS, shapeColumns } from '../features/index.js';
import type { FeaturesRecord, FlowFeaturesRecord } from './feature-records.js';

/** `long`: one row for every non-zero entry of a vector; `wide`: one row for every vector. */
export type FeatureTableForm = 'long' | 'wide';

const text = (name: string, plain = true): Column => ({ name, kind: 'text', plain });
const int = (name: string): Column => ({ name, kind: 'int' });

const UNIT_COLUMNS: readonly Column[] = [
  text('file', false),
  text('unit'),
  int('unit_index'),
  text('start'),
  text('end'),
  text('device'),
  text('initiator'),
  text('responder'),
  text('protocol'),
];

const FLOW_COLUMNS: readonly Column[] = [
  text('file', false),
  int('flow'),
  text('src'),
  text('dst'),
  int('src_port'),
  int('dst_port'),
  int('protocol'),
  int('packets'),
  text('start'),
  text('end'),
];

/** Columns of vectors of 4,104 entries: those of the unit, then `index, value`, or one column for each entry. */
export function portProtocolTableColumns(form: FeatureTableForm, layout: string): Column[] {
  if (form === 'long') return [...UNIT_COLUMNS, int('index'), { name: 'value', kind: 'double' }];
  const names = layout === 'networkml-0.4' ? originalNames() : portProtocolNames();
  return [...UNIT_COLUMNS, ...names.map((name): Column => ({ name, kind: 'double' }))];
}

/** Columns of flow features: those of the flow, then one for each value of the shape. */
export function flowTableColumns(shape: FlowShape): Column[] {
  return [...FLOW_COLUMNS, ...shapeColumns(shape).map((name): Column => ({ name, kind: 'double' }))];
}

const PORTS = 1024;

function ports(prefix: string, first: number): string[] {
  return Array.from({ length: PORTS }, (_, at) => `${prefix}_${first + at}`);
}

function portProtocolNames(): string[] {
  return ['sent', 'received'].flatMap((direction) => [
    ...ports(`${direction}_src_port`, 1),
    ...ports(`${direction}_dst_port`, 1),
    ...['tcp', 'udp', 'icmp', 'external'].map((name) => `${direction}_${name}`),
  ]);
}

function originalNames(): string[] {
  const directions = ['initiated', 'received'];
  return [
    ...directions.flatMap((direction) => [
      ...ports(`${direction}_first_port`, 0),
      ...ports(`${direction}_second_port`, 0),
    ]),
    ...directions.flatMap((direction) =>
      ['external', 'tcp', 'udp', 'icmp'].map((name) => `${direction}_${name}`),
    ),
  ];
}

/** Cells that a batch holds at most, so that wide tables take no more memory than narrow ones. */
const BATCH_CELLS = 65_536;

/** An empty batch of rows for these columns. */
export function featureBatch(columns: readonly Column[]): ColumnBatch {
  return createBatch(columns, Math.max(1, Math.min(4096, Math.floor(BATCH_CELLS / columns.length))));
}

/**
 * Appends the rows of a record.
 * @param full called whenever the batch is full; it writes the batch and empties it
 */
export function appendRecord(
  batch: ColumnBatch,
  record: FeaturesRecord,
  form: FeatureTableForm,
  full: () => void,
): void {
  if (record.unit === 'flow') {
    appendFlow(batch, record);
    if (batch.rows === batch.capacity) full();
    return;
  }
  const { file, unit, index, start, end, device, session } = record;
  const host = device.addresses[0] ?? device.mac;
  const { initiator = null, responder = null, protocol = null } = session ?? {};
  const head = [file, unit, index, start, end, host, initiator, responder, protocol];
  if (form === 'long') {
    for (const [column, value] of record.vector) {
      appendRow(batch, [...head, column, value]);
      if (batch.rows === batch.capacity) full();
    }
    return;
  }
  const values = new Array<number>(PORT_PROTOCOL_COLUMNS).fill(0);
  for (const [column, value] of record.vector) values[column] = value;
  appendRow(batch, [...head, ...values]);
  if (batch.rows === batch.capacity) full();
}

function appendFlow(batch: ColumnBatch, { file, index, flow, values }: FlowFeaturesRecord): void {
  const { src, dst, srcPort, dstPort, protocol, packets, start, end } = flow;
  appendRow(batch, [file, index, src, dst, srcPort, dstPort, protocol, packets, start, end, ...values]);
}
