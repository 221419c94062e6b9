import { comparableName } from './comparable-name.ts';

/** Something a filter can choose: what Optimove's own list, or the events' table, says there is. */
export interface Choosable {
  readonly id: number;
  readonly name: string;
}

/** At most this many are named where a name is unknown. */
const namedAtMost = 20;

/**
 * The ids that a filter's values come to, each once. A number is an id. A text is a name (`comparableName`); where
 * several bear it all are taken; digits that match no name are an id. `unknown` hears of the rest.
 */
export function resolveChoice(
  values: readonly (number | string)[],
  choosable: readonly Choosable[],
  unknown: (value: string, at: number) => void,
): number[] {
  const known = choosable.map(({ id, name }) => ({ id, name: comparableName(name) }));
  const ids = values.flatMap((value, at) => {
    if (typeof value === 'number') return [value];
    const asked = comparableName(value);
    // Blanks alone name nothing, not even what has no name.
    const named = asked === '' ? [] : known.filter(({ name }) => name === asked);
    if (named.length > 0) return named.map(({ id }) => id);
    if (/^\d+$/.test(asked) && Number.isSafeInteger(Number(asked))) return [Number(asked)];
    unknown(value, at);
    return [];
  });
  return [...new Set(ids)];
}

/** What there is to choose from, in a sentence: the first twenty, and how many more. */
export function listChoosable(choosable: readonly Choosable[]): string {
  if (choosable.length === 0) return 'there are none';
  const named = choosable.slice(0, namedAtMost).map(({ id, name }) => `${JSON.stringify(name)} (${id})`);
  const more = choosable.length - named.length;
  return `there are ${named.join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}
