import type { RoleRecord } from '../types.js';
import type { LoadedBundle } from './loaded-bundle.js';
import type { Observation } from './observe.js';
import { secondsBetween } from './records.js';

/** Recommended length of a capture, and the length below which the record says so. Seconds. */
const RECOMMENDED_SECONDS = 900;
const SHORT_SECONDS = 840;

/** What a reader of a prediction should know before relying on it. */
export function warningsFor(
  seen: Observation,
  { bundle }: LoadedBundle,
  role: RoleRecord,
  anomaly: { readonly scored: number; readonly units: number },
): string[] {
  const { summary, device, table } = seen;
  const warnings: string[] = [];
  const seconds = secondsBetween(summary.first, summary.last);
  if (seconds < SHORT_SECONDS) {
    warnings.push(
      `only ${shortSpan(seconds)} of traffic: ${RECOMMENDED_SECONDS / 60} minutes or more are recommended`,
    );
  }
  if (device.rival !== undefined) {
    warnings.push(
      `${device.rival} takes part in as many sessions as the chosen device and is reported beside it: name the device with --device`,
    );
  }
  if (summary.truncated)
    warnings.push('the file ends in the middle of a record: what was there before it was used');
  if (summary.damage !== null) {
    const { byteOffset } = summary.damage.place;
    const where = byteOffset === undefined ? '' : ` at byte ${byteOffset}`;
    warnings.push(`reading ended early${where}: ${summary.damage.message} [${summary.damage.code}]`);
  }
  if (summary.dropped !== null && summary.dropped > 0) {
    const all = summary.packets + summary.dropped;
    warnings.push(
      `${summary.dropped} of ${all} packets were lost while capturing: sessions and behaviour are incomplete`,
    );
  }
  if (table.refused > 0) warnings.push(`${table.refused} packets beyond the limit of sessions were left out`);
  if (anomaly.scored < anomaly.units) {
    warnings.push(
      `behaviour rests on ${anomaly.scored} of ${anomaly.units} sessions, spread over all services`,
    );
  }
  const first = bundle.manifest.roles.find(({ id }) => id === role.top[0]?.role);
  if (first?.thin === true && role.label === first.id) {
    const { id, devices, devicesBesides: besides = 0 } = first;
    const relied = devices - besides;
    warnings.push(
      `the role ${id} was learnt from ${relied} device${relied === 1 ? '' : 's'} only` +
        (besides === 0 ? '' : `; ${besides} more, of other origins, helped out`),
    );
  }
  return warnings;
}

function shortSpan(seconds: number): string {
  return seconds < 100 ? `${Number(seconds.toPrecision(2))} s` : `${Math.round(seconds / 60)} min`;
}
