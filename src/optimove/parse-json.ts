import { longNumber as asWritten } from '#domain/column/read-number';

/**
 * JSON.parse, but numbers that JavaScript would not write as they were written (`7.50`, `1e2`, `-0`, whole numbers beyond
 * 2^53 − 1, more digits than a double keeps) come as their digits (LongNumber), and the bare words NaN, Infinity and
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
  const isPlain = !oddNumbers.some(({ hint, number }) => hint.test(text) && number.test(text));
  if (isPlain && !bareNumber.test(text)) return JSON.parse(text);
  return parseWithSource(text, (_key, value, { source }) =>
    typeof value === 'number' && source !== undefined && !isWrittenSo(value, source)
      ? asWritten(source)
      : value,
  );
}

/**
 * Numbers that JavaScript may write otherwise; all others it writes as they came. A hint is found, or not, much sooner than the
 * number, which is looked for with what stands around it: times with a fraction and digits in texts are then mostly none.
 */
const oddNumbers: readonly { readonly hint: RegExp; readonly number: RegExp }[] = [
  // Sixteen characters or more. Written out, the engine looks at few of the letters in between.
  { hint: new RegExp(String.raw`[\d.]`.repeat(16)), number: /[[:,]\s*-?\d[\d.]{15}/ },
  { hint: /\d[eE][\d+-]/, number: /[[:,]\s*-?\d[\d.]*[eE][+-]?\d+\s*[\]},]/ },
  // Decimals that end in zero.
  { hint: /\.\d*0[\s\]},]/, number: /[[:,]\s*-?\d+\.\d*0\s*[\]},]/ },
  // Minus zero.
  { hint: /-0[\s\]},]/, number: /[[:,]\s*-0\s*[\]},]/ },
  // Below a millionth.
  { hint: /[[:,\s-]0\.0{6}/, number: /[[:,]\s*-?0\.0{6}\d*\s*[\]},]/ },
];
/** A number that is the whole text has nothing around it. */
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

/** Whether JavaScript writes the number as it was written, and holds it. */
function isWrittenSo(value: number, source: string): boolean {
  return String(value) === source && (Number.isSafeInteger(value) || !/^-?\d+$/.test(source));
}

/**
 * A key that one object of this JSON has twice, as it is written the second time; keys are compared whatever their case,
 * because River reads them so. JSON.parse keeps the last value of such a key and drops the others without a word.
 */
export function findRepeatedKey(json: string): string | undefined {
  /** The keys of each object that is open; undefined stands for a list. */
  const open: (Set<string> | undefined)[] = [];
  for (let at = 0; at < json.length; at += 1) {
    const character = json[at];
    if (character === '{') open.push(new Set());
    else if (character === '[') open.push(undefined);
    else if (character === '}' || character === ']') open.pop();
    if (character !== '"') continue;
    const from = at;
    at = endOfString(json, from) - 1;
    const keys = open.at(-1);
    if (!keys || !isBeforeColon(json, at + 1)) continue;
    const key = String(JSON.parse(json.slice(from, at + 1)));
    if (keys.has(key.toLowerCase())) return key;
    keys.add(key.toLowerCase());
  }
  return undefined;
}

function isBeforeColon(json: string, from: number): boolean {
  let at = from;
  while (json[at]?.trim() === '') at += 1;
  return json[at] === ':';
}
