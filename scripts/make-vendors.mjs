/**
 * Makes dist/vendors.txt of the IEEE registry in the package oui-data: sorted lines "<hex digits><tab><name>", with six
 * digits for the large blocks and seven or nine for the medium and small ones.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

/**
 * @param {string} root folder of the checkout
 * @param {string} folder where the table is written
 */
export function makeVendors(root, folder) {
  const require = createRequire(join(root, 'package.json'));
  /** @type {Record<string, string>} */
  const registry = JSON.parse(readFileSync(require.resolve('oui-data'), 'utf8'));
  const lines = Object.entries(registry)
    .map(([prefix, owner]) => [prefix.toUpperCase(), (owner.split('\n')[0] ?? '').trim()])
    // The registration authority's own entries only say that the block was divided.
    .filter(([, name]) => name !== '' && name !== 'Private' && name !== 'IEEE Registration Authority')
    .map(([prefix, name]) => `${prefix}\t${name}`)
    .sort();
  writeFileSync(join(folder, 'vendors.txt'), `${lines.join('\n')}\n`);
}
