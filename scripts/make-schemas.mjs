#!/usr/bin/env node
/**
 * Makes schemas/ from the TypeScript types of the records.
 *
 *   node scripts/make-schemas.mjs [--check]    with --check nothing is written; exits with 1 if a file is out of date
 */

import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createGenerator } from 'ts-json-schema-generator';
import { writeOrCheck } from './write-or-check.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** File name to the type it describes and where that is declared. */
const SCHEMAS = [
  { file: 'prediction-v1', type: 'PredictionRecord', source: 'src/types.ts' },
  { file: 'error-v1', type: 'ErrorRecord', source: 'src/types.ts' },
  { file: 'evaluation-v1', type: 'EvaluationRecord', source: 'src/types.ts' },
  { file: 'behaviour-evaluation-v1', type: 'BehaviourEvaluationRecord', source: 'src/types.ts' },
  { file: 'bundle-info-v1', type: 'BundleRecord', source: 'src/types.ts' },
  { file: 'features-v1', type: 'FeaturesRecord', source: 'src/pipeline/feature-records.ts' },
  { file: 'flow-shape-v1', type: 'FlowShape', source: 'src/features/netml/shape.ts' },
  { file: 'bundle-v1', type: 'BundleManifest', source: 'src/models/manifest.ts' },
  { file: 'device-capture-v1', type: 'DeviceCaptureRecord', source: 'src/capture/records.ts' },
  { file: 'split-v1', type: 'SplitRecord', source: 'src/capture/records.ts' },
];

function schemaText({ type, source }) {
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
  return `${JSON.stringify(generator.createSchema(type), null, 2)}\n`;
}

const files = SCHEMAS.map((schema) => ({
  path: join(root, 'schemas', `${schema.file}.schema.json`),
  text: schemaText(schema),
}));
process.exitCode = writeOrCheck(files, 'node scripts/make-schemas.mjs');
