import type { HintRecord } from '../types.js';
import { count } from './quantities.js';

/** Hints of one kind that are shown; the record has all. */
const SHOWN = 4;

/** What a device says of itself, a text for each kind; names in it are as the device wrote them. */
export function hintWords(hints: readonly HintRecord[]): string[] {
  return [...new Set(hints.map(({ kind }) => kind))].map((kind) => {
    const own = hints.filter((hint) => hint.kind === kind);
    const shown = own.slice(0, SHOWN).map(({ text }) => text);
    const more = own.length > SHOWN ? `, and ${count(own.length - SHOWN)} more` : '';
    return `${kind}: ${shown.join(', ')}${more}`;
  });
}
