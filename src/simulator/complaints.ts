import { z } from 'zod';

/** A zod schema's error: what was expected, and what came instead. */
export function expected(words: string): { error: (issue: { input?: unknown }) => string } {
  return { error: ({ input }) => `expected ${words}, got ${show(input)}` };
}

export function wholeNumber(least: number, most = Number.MAX_SAFE_INTEGER) {
  const range = most === Number.MAX_SAFE_INTEGER ? `from ${least}` : `from ${least} to ${most}`;
  const words = expected(`a whole number ${range}`);
  return z.int(words).min(least, words).max(most, words);
}

/** A pair [fewest, most] of whole numbers. */
export function range(least: number, most?: number, accepted?: string) {
  const numbers = `each a whole number from ${least}${most ? ` to ${most}` : ''}`;
  const words = expected(accepted ?? `a pair [fewest, most], ${numbers}`);
  const bound = wholeNumber(least, most);
  return z.tuple([bound, bound], words).refine(([fewest, largest]) => fewest <= largest, words);
}

const fromZeroToOne = expected('a number from 0 to 1');
export const share = z.number(fromZeroToOne).min(0, fromZeroToOne).max(1, fromZeroToOne);

export const text = z.string(expected('a text'));
export const trueOrFalse = z.boolean(expected('true or false'));
export const texts = z.record(z.string(), text, expected('an object of texts'));

export function choice<const T extends readonly string[]>(choices: T) {
  return z.enum(choices, expected(`one of ${choices.join(', ')}`));
}

export function list<T extends z.ZodType>(item: T, least = 1) {
  const words = expected(`a list of at least ${least}`);
  return z.array(item, words).min(least, words);
}

/** An object with these fields and no others. `hidden` fields are not listed as known. */
export function fields<T extends z.ZodRawShape>(
  shape: T,
  words = 'an object',
  hidden: readonly string[] = [],
) {
  const known = Object.keys(shape).filter((field) => !hidden.includes(field));
  return z.strictObject(shape, {
    error: (issue) =>
      issue.code === 'unrecognized_keys'
        ? `is not known here; known are ${known.join(', ')}`
        : expected(words).error(issue),
  });
}

/** One complaint for each fault that zod has found: its place, then what is wrong. */
export function readComplaints({ issues }: z.ZodError, place = ''): string[] {
  return issues.flatMap((issue) => {
    const paths =
      issue.code === 'unrecognized_keys' ? issue.keys.map((key) => [...issue.path, key]) : [issue.path];
    return paths.map((path) => {
      const shown = path.reduce<string>(
        (before, step) =>
          typeof step === 'number' ? `${before}[${step}]` : `${before}${before && '.'}${String(step)}`,
        path.length === 0 ? '' : place,
      );
      return shown === '' ? issue.message : `${shown}: ${issue.message}`;
    });
  });
}

function show(value: unknown): string {
  if (value === undefined) return 'nothing';
  const json = JSON.stringify(value);
  return json.length > 200 ? `${json.slice(0, 200)}…` : json;
}
