import type { RowShapeError } from '../errors.ts';
import { type Id, readId } from './call.ts';

/** Something a filter can choose, from Optimove's own list or from the table of events. */
export type Choosable = { readonly name: string } & (
  | { readonly id: Id }
  /** The list's row has no id that can be read: this is thrown where a filter chooses it. */
  | { readonly id?: never; readonly noId: RowShapeError }
);

/** At most this many are named where a name is unknown. */
const namedAtMost = 20;

/**
 * The ids that a filter's values stand for, each once. A number is an id. A text is a name (`comparableName`); where several
 * have that name all are taken; digits that match no name are an id. `unknown` is called for each other text. Throws where
 * what has the name has no id.
 */
export function resolveChoice(
  values: readonly (number | string)[],
  choosable: readonly Choosable[],
  unknown: (value: string, at: number) => void,
): Id[] {
  const known = choosable.map((each) => ({ each, name: comparableName(each.name) }));
  const ids = values.flatMap((value, at) => {
    if (typeof value === 'number') return [value];
    const asked = comparableName(value);
    // Blanks alone name nothing, not even what has no name.
    const named = asked === '' ? [] : known.filter(({ name }) => name === asked);
    if (named.length > 0) return named.map(({ each }) => requireId(each));
    const id = /^\d+$/.test(asked) ? readId(asked.replace(/^0+(?=\d)/, '')) : undefined;
    if (id !== undefined) return [id];
    unknown(value, at);
    return [];
  });
  return [...new Set(ids)];
}

/** All that can be chosen, each once; throws where one of them has no id. */
export const chooseAll = (choosable: readonly Choosable[]): Id[] => [...new Set(choosable.map(requireId))];

function requireId(each: Choosable): Id {
  if (each.id === undefined) throw each.noId;
  return each.id;
}

/** What can be chosen, in a sentence: the first twenty, and how many more. */
export function listChoosable(choosable: readonly Choosable[]): string {
  if (choosable.length === 0) return 'there are none';
  const named = choosable
    .slice(0, namedAtMost)
    .map(({ id, name }) => `${JSON.stringify(name)} (${id ?? 'no id'})`);
  const more = choosable.length - named.length;
  return `there are ${named.join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}

/** Blanks of any kind, those of no width included. */
const blanks = /[\s\u0085\u180e\u200b\u2060]+/gu;

/**
 * A name as it is compared: two are the same whatever their case, however their accents are composed (NFC), and
 * whichever blanks stand in them; none counts at the ends. No language has a say: by the rules of one, names of another would differ.
 * @example comparableName('\u00a0Tre\u0300s  ACTIFS ') === comparableName('Très actifs') // true
 */
export const comparableName = (name: string): string =>
  Array.from(name.normalize('NFC').replaceAll(blanks, ' ').trim(), foldCase).join('').normalize('NFC');

/** Upwards and down again, so that ß is ss and ς is σ; ı is a letter of its own, whose capital is another's. */
const foldCase = (letter: string): string =>
  letter === 'ı' ? letter : letter.toLowerCase().toUpperCase().toLowerCase();
