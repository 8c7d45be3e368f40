#!/usr/bin/env node
/**
 * Makes schemas/ from the TypeScript types of the records.
 *
 *   node scripts/make-schemas.mjs [--check]    with --check nothing is written; exits with 1 if a file is out of date
 */

import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { createGenerator } from 'ts-json-schema-generator';
import { asyncApi } from './make-asyncapi.mjs';
import { writeOrCheck } from './write-or-check.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** File name to the type it describes and where that is declared. */
const SCHEMAS = [
  { file: 'prediction-v1', type: 'PredictionRecord', source: 'src/types.ts' },
  { file: 'device-summary-v1', type: 'DeviceSummaryRecord', source: 'src/types.ts' },
  { file: 'error-v1', type: 'ErrorRecord', source: 'src/types.ts' },
  { file: 'evaluation-v1', type: 'EvaluationRecord', source: 'src/types.ts' },
  { file: 'behaviour-evaluation-v1', type: 'BehaviourEvaluationRecord', source: 'src/types.ts' },
  { file: 'bundle-info-v1', type: 'BundleRecord', source: 'src/types.ts' },
  { file: 'features-v1', type: 'FeaturesRecord', source: 'src/pipeline/feature-records.ts' },
  { file: 'flow-shape-v1', type: 'FlowShape', source: 'src/features/netml/shape.ts' },
  { file: 'detect-score-v1', type: 'DetectRecord', source: 'src/pipeline/detect-records.ts' },
  { file: 'detect-learn-v1', type: 'DetectLearnRecord', source: 'src/pipeline/detect-records.ts' },
  { file: 'detector-v1', type: 'DetectorFile', source: 'src/pipeline/detect-records.ts' },
  { file: 'bundle-v1', type: 'BundleManifest', source: 'src/models/manifest.ts' },
  { file: 'job-v1', type: 'JobMessage', source: 'src/service/messages.ts', message: 'job' },
  { file: 'result-v1', type: 'ResultMessage', source: 'src/service/messages.ts', message: 'result' },
  { file: 'dead-letter-v1', type: 'DeadLetter', source: 'src/service/messages.ts', message: 'dead-letter' },
  { file: 'event-v1', type: 'DeviceEvent', source: 'src/service/messages.ts', message: 'event' },
  { file: 'device-v1', type: 'DeviceState', source: 'src/service/messages.ts', message: 'device' },
  { file: 'models-v1', type: 'ModelsReply', source: 'src/service/messages.ts', message: 'models' },
  { file: 'device-capture-v1', type: 'DeviceCaptureRecord', source: 'src/capture/records.ts' },
  { file: 'split-v1', type: 'SplitRecord', source: 'src/capture/records.ts' },
  { file: 'window-v1', type: 'WindowRecord', source: 'src/capture/records.ts' },
  { file: 'live-v1', type: 'LiveRecord', source: 'src/capture/records.ts' },
];

function schemaOf({ type, source }) {
  const generator = createGenerator({
    path: join(root, source),
    tsconfig: join(root, 'tsconfig.json'),
    type,
    skipTypeCheck: true,
    topRef: false,
    jsDoc: 'extended',
    additionalProperties: false,
    sortProps: false,
  });
  return generator.createSchema(type);
}

/** The exports of a TypeScript module that imports nothing. */
async function load(source) {
  const options = { entryPoints: [join(root, source)], bundle: true, format: 'esm', write: false };
  const { outputFiles } = await build({ ...options, platform: 'node', target: 'node20' });
  return await import(
    `data:text/javascript;base64,${Buffer.from(outputFiles[0].contents).toString('base64')}`
  );
}

/** The document of the service: its messages are the schemas that have a `message`, and the prediction. */
async function asyncApiOf(schemas) {
  const named = SCHEMAS.flatMap(({ file, message }) =>
    message === undefined ? [] : [[message, inlined(schemas.get(file))]],
  );
  const messages = { ...Object.fromEntries(named), prediction: inlined(schemas.get('prediction-v1')) };
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  return asyncApi(await load('src/service/subjects.ts'), messages, version);
}

/** A schema without references: one inside another document would point to the wrong place. */
function inlined(schema) {
  const resolve = (value) => {
    if (Array.isArray(value)) return value.map(resolve);
    if (typeof value !== 'object' || value === null) return value;
    const { $ref, definitions, $schema, ...rest } = value;
    if ($ref !== undefined) return resolve(schema.definitions[$ref.replace('#/definitions/', '')]);
    return Object.fromEntries(Object.entries(rest).map(([key, each]) => [key, resolve(each)]));
  };
  return resolve(schema);
}

const text = (value) => `${JSON.stringify(value, null, 2)}\n`;
const schemas = new Map(SCHEMAS.map((schema) => [schema.file, schemaOf(schema)]));

const files = [...schemas].map(([file, schema]) => ({
  path: join(root, 'schemas', `${file}.schema.json`),
  text: text(schema),
}));
files.push({ path: join(root, 'schemas/service.asyncapi.json'), text: text(await asyncApiOf(schemas)) });
process.exitCode = writeOrCheck(files, 'node scripts/make-schemas.mjs');
