import type { BundleRole } from '../models/index.js';
import { roleTitle } from '../role-titles.js';
import type { Corpus } from './corpus.js';
import { roleGroup } from './role-groups.js';

/** Roles learnt from fewer devices than this are marked in every answer (roles.md, 1.7). */
const THIN_BELOW_DEVICES = 3;

/** The roles of a corpus as the manifest of a bundle lists them. */
export function bundleRoles({ captures, set }: Corpus): BundleRole[] {
  return set.roles.map((id) => {
    const own = [...captures.keys()].filter((index) => captures[index]?.role === id);
    const devicesOf = (list: readonly number[]) => new Set(list.map((index) => captures[index]?.device)).size;
    const devices = devicesOf(own);
    const relied = devicesOf(reliedOn(own, { captures, set }));
    const group = roleGroup(id);
    return {
      id,
      title: roleTitle(id),
      ...(group === undefined ? {} : { group }),
      devices,
      ...(relied === devices ? {} : { devicesBesides: devices - relied }),
      captures: own.length,
      thin: relied < THIN_BELOW_DEVICES,
    };
  });
}

/**
 * The captures of a role that its figures rest on: those proper rather than those learnt from besides, and of these those
 * of no named origin, as far as there are any. Forty hosts of a laboratory do not make up for real devices.
 */
function reliedOn(
  own: readonly number[],
  { captures, set }: Pick<Corpus, 'captures' | 'set'>,
): readonly number[] {
  const rather = (list: readonly number[], wanted: (index: number) => boolean) => {
    const some = list.filter(wanted);
    return some.length === 0 ? list : some;
  };
  const proper = rather(own, (index) => captures[index]?.also !== true);
  return rather(proper, (index) => set.examples[index]?.origin === undefined);
}
