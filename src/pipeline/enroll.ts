import { basename } from 'node:path';
import { encodeBehaviour, enrolCaptures, type NamedUnits } from '../anomaly/index.js';
import { NetworkmlError, toNetworkmlError } from '../errors.js';
import {
  type ArrayToWrite,
  type BundleView,
  type JsonObject,
  readArrays,
  writeBundle,
} from '../models/index.js';
import { describeDevice, deviceHint } from '../sessions/index.js';
import { meanOfSessions } from './behaviour-views.js';
import { expandInputs } from './inputs.js';
import type { LoadedBundle } from './loaded-bundle.js';
import { observe } from './observe.js';

export interface EnrollOptions {
  /** Directory of the new bundle. */
  readonly output: string;
  /** The device's role. */
  readonly role: string;
  /** MAC or IP address of the device; found from the traffic otherwise. */
  readonly device?: string;
  /** Whether names and process codes are read, for the bundle's views of them. */
  readonly names?: boolean;
  readonly seed: number;
}

export interface EnrollSummary {
  readonly path: string;
  /** Of the manifest of the new bundle. */
  readonly sha256: string;
  /** Manifest of the bundle that it was made from: to go back, use that one. */
  readonly base: string;
  readonly role: string;
  readonly enrolled: readonly { file: string; sha256: string | null; device: string | null }[];
  readonly skipped: readonly { file: string; reason: string }[];
}

/**
 * Adds a device's own accepted captures to the reference of its role, in a copy of the bundle. The bundle at hand is
 * left as it is; the copy names it and every capture that was added. Thresholds stay.
 * @throws NetworkmlError NML_MODEL_ROLE, NML_TRAIN_DATA when no capture can be used, NML_OUTPUT
 */
export async function enrollCaptures(
  paths: readonly string[],
  bundle: LoadedBundle,
  { output, role, device, names = false, seed }: EnrollOptions,
): Promise<EnrollSummary> {
  if (bundle.behaviour === null || !bundle.behaviour.roles.has(role)) {
    throw new NetworkmlError('NML_MODEL_ROLE', `the bundle judges no behaviour of the role ${role}`);
  }
  const captures: NamedUnits[] = [];
  const enrolled: { file: string; sha256: string | null; device: string | null }[] = [];
  const skipped: { file: string; reason: string }[] = [];
  for (const input of expandInputs(paths)) {
    try {
      if ('error' in input) throw input.error;
      const seen = await observe(input.path, {
        digest: 'always',
        names,
        ...(device === undefined ? {} : { device: deviceHint(device) }),
      });
      const { mac, addresses } = describeDevice(seen.table, seen.device);
      const file = basename(input.path);
      const units = { ...seen.behaviour.units, ports: meanOfSessions(seen.vectors) };
      captures.push({ units, name: file });
      enrolled.push({ file, sha256: await seen.summary.sha256, device: mac ?? addresses[0] ?? null });
    } catch (error) {
      skipped.push({ file: input.path, reason: toNetworkmlError(error, input.path).toSentence() });
    }
  }
  if (captures.length === 0) {
    throw new NetworkmlError('NML_TRAIN_DATA', skipped[0]?.reason ?? 'no capture to enroll');
  }
  const behaviour = encodeBehaviour(enrolCaptures(bundle.behaviour, role, captures, seed));
  const sha256 = writeEnrolled(bundle, output, behaviour, { role, seed, enrolled });
  return { path: output, sha256, base: bundle.bundle.sha256, role, enrolled, skipped };
}

/** The bundle's own content with other views, and a note of where they come from. */
function writeEnrolled(
  { bundle }: LoadedBundle,
  output: string,
  behaviour: ReturnType<typeof encodeBehaviour>,
  note: { role: string; seed: number; enrolled: EnrollSummary['enrolled'] },
): string {
  const { data: _, arrays: listed, ...manifest } = bundle.manifest;
  const replaced = new Set(manifest.behaviour?.views.flatMap(({ arrays }) => Object.values(arrays)));
  const kept = listed.map(({ name }) => name).filter((name) => !replaced.has(name));
  const arrays = new Map<string, ArrayToWrite>(readArrays(bundle, kept));
  const views: BundleView[] = behaviour.views.map(({ id, layout, meta, arrays: parts }) => {
    const names: Record<string, string> = {};
    for (const [part, { data, shape }] of Object.entries(parts)) {
      const name = `view.${id}.${part}`;
      arrays.set(name, { data, shape });
      names[part] = name;
    }
    return { id, layout, meta: meta as JsonObject, arrays: names };
  });
  const { training } = manifest;
  const earlier = training.options.enrolments;
  const enrolment = { ...note, base: bundle.sha256, enrolled: note.enrolled.map((one) => ({ ...one })) };
  const enrolments = [...(Array.isArray(earlier) ? earlier : []), enrolment];
  return writeBundle(
    output,
    {
      ...manifest,
      behaviour: { views, calibration: behaviour.calibration as JsonObject },
      training: { ...training, options: { ...training.options, enrolments } },
    },
    arrays,
  );
}
