/**
 * The message of NetworkML 0.4.5, for an orchestrator that expects it on `poseidon.algos.decider`: an envelope whose
 * `data` holds the key of the capture beside its file name.
 */

import { originalTitles, roleTitle } from '../role-titles.js';
import type { PredictionOutcome, PredictionRecord } from '../types.js';

/** `<address or name>` behind `client-` or `server-` in a name of Poseidon's, and the hexadecimal key before it. */
const TRACE_NAME = /^trace_([0-9a-f]+)_.*?(?:client|server)-(.+?)\.(?:pcap|pcapng|cap)(?:\.gz)?$/;

/** The message for one capture. */
export function legacyMessage(outcome: PredictionOutcome, titles: ReadonlyMap<string, string>): unknown {
  const path = outcome.capture.file;
  const pcap = path.slice(path.lastIndexOf('/') + 1);
  const trace = TRACE_NAME.exec(pcap);
  const key = trace?.[1] ?? pcap.split('.')[0] ?? pcap;
  const data =
    outcome.schema === 'networkml/error/v1'
      ? { [key]: { valid: false, pcap } }
      : { [key]: decision(outcome, trace?.[2] ?? null, titles), pcap };
  return {
    data,
    id: '',
    file_path: path,
    type: 'metadata',
    results: { tool: 'networkml', version: '0.4.5' },
  };
}

function decision(
  record: PredictionRecord,
  labels: string | null,
  titles: ReadonlyMap<string, string>,
): unknown {
  const { role, anomaly, device, capture } = record;
  const unknown = role.label === 'Unknown';
  // The original knew Unknown as a class of its own: here it gets what the best role leaves over.
  const unknownFirst = [{ role: 'Unknown', confidence: 1 - role.confidence }, ...role.top.slice(0, 2)];
  const ranked = unknown ? unknownFirst : role.top;
  return {
    decisions: { behavior: anomaly.verdict === 'anomalous' ? 'abnormal' : 'normal', investigate: unknown },
    classification: {
      labels: ranked.map(({ role: id }) => originalTitles.get(id) ?? roleTitle(id, titles)),
      confidences: ranked.map(({ confidence }) => confidence),
    },
    timestamp: capture.firstPacket === null ? 0 : Date.parse(capture.firstPacket) / 1000,
    valid: true,
    source_ip: device.addresses[0] ?? null,
    source_mac: device.mac,
    pcap_labels: labels,
  };
}
