import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Implementation } from './plan/catalog/index.js';

const PROGRAM_FOLDERS = ['usr/local/sbin', 'usr/local/bin', 'usr/sbin', 'usr/bin', 'sbin', 'bin'];

/** Why an implementation cannot run here; undefined when it can. */
export function whyMissing(
  { layer, commands = [] }: Implementation,
  layersFolder: string | null,
): string | undefined {
  if (layer !== undefined && (layersFolder === null || !existsSync(join(layersFolder, layer)))) {
    return `layer ${layer} (lab/layer ${layer} --dir DIR)`;
  }
  const roots = [...(layer === undefined ? [] : [join(layersFolder ?? '', layer)]), '/'];
  const found = (command: string): boolean =>
    command.includes('/')
      ? roots.some((root) => existsSync(join(root, command)))
      : roots.some((root) => PROGRAM_FOLDERS.some((folder) => existsSync(join(root, folder, command))));
  const absent = commands.filter((command) => !found(command));
  return absent.length === 0 ? undefined : absent.join(', ');
}

/** Names of the implementations that cannot run here. */
export function missingImplementations(
  catalogue: readonly Implementation[],
  layersFolder: string | null,
): Set<string> {
  const missing = catalogue.filter((one) => whyMissing(one, layersFolder) !== undefined);
  return new Set(missing.map(({ name }) => name));
}
