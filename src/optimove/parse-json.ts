import { longNumber as digitsOf } from '../domain/column/long-number.ts';

/**
 * JSON.parse, but numbers that a double cannot hold come as the digits that were written (LongNumber: whole numbers beyond
 * 2^53 − 1, decimals with more digits than a double keeps, exponents out of its reach), and the bare words NaN, Infinity and
 * -Infinity inside a list or an object, which are no JSON, come as null.
 */
export function parseJson(text: string): unknown {
  try {
    return parseNumbers(text);
  } catch (error) {
    const corrected = /^\s*[[{]/.test(text) && /NaN|Infinity/.test(text) ? withoutBareWords(text) : text;
    if (corrected === text) throw error;
    return parseNumbers(corrected);
  }
}

function parseNumbers(text: string): unknown {
  if (!longNumber.test(text) && !bareNumber.test(text)) return JSON.parse(text);
  return parseWithSource(text, (_key, value, { source }) =>
    typeof value === 'number' && source !== undefined && !holds(value, source) ? digitsOf(source) : value,
  );
}

/**
 * Sixteen digits in a row, a point among them allowed, or an exponent of three digits: without these every number
 * survives a double. The mark in front keeps long ids inside quotes from sending a page down the slow way.
 */
const longNumber = /[[:,]\s*-?\d(?:[\d.]{15}|[\d.]*[eE][+-]?\d{3})/;
/** A number that is the whole text has no such mark. */
const bareNumber = /^\s*-?\d/;

/** TypeScript's library does not know the third argument yet. */
const parseWithSource = JSON.parse as (
  text: string,
  reviver: (key: string, value: unknown, context: { readonly source?: string }) => unknown,
) => unknown;

const bareWord = /(?<![\w.+-])-?(?:NaN|Infinity)(?![\w.])/g;

/** Each bare word becomes null; what stands in strings stays. */
function withoutBareWords(text: string): string {
  const parts: string[] = [];
  let copied = 0;
  let opens = text.indexOf('"');
  let closes = opens < 0 ? 0 : endOfString(text, opens);
  for (const { index, 0: word } of text.matchAll(bareWord)) {
    while (opens >= 0 && closes <= index) {
      opens = text.indexOf('"', closes);
      closes = opens < 0 ? closes : endOfString(text, opens);
    }
    if (opens >= 0 && opens < index) continue;
    parts.push(text.slice(copied, index), 'null');
    copied = index + word.length;
  }
  return parts.join('') + text.slice(copied);
}

/** The place after the string that opens there. */
export function endOfString(text: string, opens: number): number {
  for (let quote = text.indexOf('"', opens + 1); quote >= 0; quote = text.indexOf('"', quote + 1)) {
    let before = quote - 1;
    while (text[before] === '\\') before -= 1;
    // An odd number of backslashes escapes the quote.
    if ((quote - before) % 2 === 1) return quote + 1;
  }
  return text.length;
}

/** Whether a double says the same as what was written. */
function holds(value: number, source: string): boolean {
  if (/^-?\d+$/.test(source)) return Number.isSafeInteger(value);
  return Number.isFinite(value) && canonical(source) === canonical(String(value));
}

/** One spelling for equal decimal numbers: the digits without zeros around them, and the power of ten of the last. */
function canonical(number: string): string {
  const [, sign = '', whole = '', fraction = '', exponent = '0'] =
    /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(number) ?? [];
  const digits = `${whole}${fraction}`.replace(/^0+/, '');
  const significant = digits.replace(/0+$/, '');
  if (significant === '') return '0';
  const power = Number(exponent) - fraction.length + (digits.length - significant.length);
  return `${sign}${significant}e${power}`;
}
