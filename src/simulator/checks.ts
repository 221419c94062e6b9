/** What a value must be, in words, where it is not; undefined where it is. */
export type Check = (value: unknown) => string | undefined;

export function wholeNumber(least: number, most = Number.MAX_SAFE_INTEGER): Check {
  const range = most === Number.MAX_SAFE_INTEGER ? `from ${least}` : `from ${least} to ${most}`;
  return (value) =>
    Number.isInteger(value) && Number(value) >= least && Number(value) <= most
      ? undefined
      : `a whole number ${range}`;
}

export const share: Check = (value) =>
  typeof value === 'number' && value >= 0 && value <= 1 ? undefined : 'a number from 0 to 1';

export const text: Check = (value) => (typeof value === 'string' ? undefined : 'a text');

export const texts: Check = (value) =>
  isObject(value) && Object.values(value).every((one) => typeof one === 'string')
    ? undefined
    : 'an object of texts';

export const trueOrFalse: Check = (value) => (typeof value === 'boolean' ? undefined : 'true or false');

export function oneOf(choices: readonly string[]): Check {
  return (value) => (choices.includes(value as string) ? undefined : `one of ${choices.join(', ')}`);
}

export function listOf(check: Check, least = 1): Check {
  return (value) => {
    const wrong = Array.isArray(value) ? value.map(check).find(Boolean) : undefined;
    if (Array.isArray(value) && value.length >= least && wrong === undefined) return undefined;
    return wrong === undefined ? `a list of at least ${least}` : `a list, each of it ${wrong}`;
  };
}

export function rangeOf(least: number, most?: number): Check {
  const whole = wholeNumber(least, most);
  return (value) =>
    Array.isArray(value) && value.length === 2 && !value.some(whole) && value[0] <= value[1]
      ? undefined
      : `a pair [fewest, most], each ${whole(undefined)}`;
}

export function show(value: unknown): string {
  if (value === undefined) return 'nothing';
  const text = JSON.stringify(value);
  return text.length > 200 ? `${text.slice(0, 200)}…` : text;
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A complaint for each field that is wrong, unknown or missing. */
export function checkFields(
  value: Readonly<Record<string, unknown>>,
  path: string,
  fields: Readonly<Record<string, Check>>,
  required: readonly string[] = [],
): string[] {
  const missing = required
    .filter((field) => value[field] === undefined)
    .map((field) => `${path}${field}: expected ${fields[field]?.(undefined) ?? 'a value'}, got nothing`);
  const wrong = Object.entries(value).flatMap(([field, given]) => {
    const check = Object.hasOwn(fields, field) ? fields[field] : undefined;
    if (!check) return [`${path}${field}: is not known here; known are ${Object.keys(fields).join(', ')}`];
    const expected = given === undefined ? undefined : check(given);
    return expected === undefined ? [] : [`${path}${field}: expected ${expected}, got ${show(given)}`];
  });
  return [...missing, ...wrong];
}
