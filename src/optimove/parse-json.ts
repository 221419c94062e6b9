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

/**
 * JSON.parse rounds a number before its digits can be looked at, and its reviver, which is told of them, is slow and confuses keys
 * that are written with escapes (V8 13.6). So numbers that have to be kept as they were written are put between quotes beforehand,
 * with a mark that no string of the text begins with.
 */
function parseNumbers(text: string): unknown {
  if (!oddNumber.test(text)) return JSON.parse(text);
  const mark = unusedMark(text);
  const marked = markNumbers(text, mark.escaped);
  return marked === undefined ? JSON.parse(text) : unmarkNumbers(JSON.parse(marked), mark.characters);
}

/**
 * Found in every text with an odd number, and in few others, behind what a value may stand behind: many digits, decimals that end in zero or
 * begin with many zeros, an exponent, minus zero. Looking at each character takes as long as parsing them.
 */
const oddNumber =
  /(?:^|[:,[])[\t\n\r ]*(?:-0(?![\d.])|-?(?:[\d.]{15}|\d*\.\d*0(?!\d)|\d*\.\d{6}|[\d.]+[eE]))/;

/** Control characters, which JSON takes only as escapes, and of which it knows one way each to write them. */
function unusedMark(text: string): { readonly characters: string; readonly escaped: string } {
  for (let length = 1; ; length += 1) {
    const escaped = `${String.raw`\u0001`.repeat(length - 1)}\\u0002`;
    if (!text.includes(escaped)) return { escaped, characters: `${'\u0001'.repeat(length - 1)}\u0002` };
  }
}

const [tab, lineFeed, carriageReturn, blank] = [9, 10, 13, 32];
const [quote, comma, minus, dot, zero, nine, colon, backslash] = [34, 44, 45, 46, 48, 57, 58, 92];
const [openList, closeList, closeObject] = [91, 93, 125];
const [plus, upperE, lowerE] = [43, 69, 101];

const isDigit = (code: number): boolean => code >= zero && code <= nine;
export const isBlank = (code: number): boolean =>
  code === blank || code === lineFeed || code === carriageReturn || code === tab;

/** Where a text ends that begins at `from`, both with a quote; the end of all where it is cut. */
function endOfText(text: string, from: number): number {
  let at = from + 1;
  for (; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === quote) break;
    if (code === backslash) at += 1;
  }
  return at;
}

/** The text with its odd numbers between quotes; undefined where it has none. One look at each character. */
function markNumbers(text: string, mark: string): string | undefined {
  let marked = '';
  let copied = 0;
  /** What stands before, blanks left out: 0 at the beginning. */
  let before = 0;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === quote) {
      at = endOfText(text, at);
      before = quote;
    } else if (isDigit(code) || code === minus) {
      const end = endOfNumber(text, at);
      if (isOdd(text, at, end) && isValue(before, text, end)) {
        marked += `${text.slice(copied, at)}"${mark}${text.slice(at, end)}"`;
        copied = end;
      }
      at = end - 1;
      before = code;
    } else if (!isBlank(code)) before = code;
  }
  return copied === 0 ? undefined : marked + text.slice(copied);
}

function endOfNumber(text: string, from: number): number {
  for (let at = from + 1; ; at += 1) {
    const code = text.charCodeAt(at);
    // Beginning with what most characters are.
    if (code >= zero && code <= nine) continue;
    if (code !== dot && code !== lowerE && code !== upperE && code !== minus && code !== plus) return at;
  }
}

/**
 * Whether JavaScript would write this number otherwise, or cannot hold it. It never does so with less than sixteen characters, unless
 * they have an exponent, decimals that end in zero or begin with many, or are minus zero. What is no number is not odd.
 */
function isOdd(text: string, from: number, end: number): boolean {
  const first = text.charCodeAt(from) === minus ? from + 1 : from;
  let dotAt = -1;
  for (let at = first; at < end; at += 1) {
    const code = text.charCodeAt(at);
    if (code >= zero && code <= nine) continue;
    if (code !== dot || dotAt >= 0 || at === first || at === end - 1)
      return hasOddExponent(text.slice(from, end));
    dotAt = at;
  }
  const isZero = text.charCodeAt(first) === zero;
  // Not JSON: a minus alone, or a zero before other digits.
  if (first === end || (isZero && end - first > 1 && dotAt !== first + 1)) return false;
  if (dotAt >= 0 && text.charCodeAt(end - 1) === zero) return true;
  if (end - from >= 16 || (isZero && dotAt >= 0 && end - dotAt > 6))
    return !isWrittenSo(text.slice(from, end));
  return isZero && first > from && end - first === 1;
}

const hasOddExponent = (number: string): boolean => numberPattern.test(number) && !isWrittenSo(number);

/** Whether a value stands there, and no key: in quotes a number could be one. */
function isValue(before: number, text: string, end: number): boolean {
  if (before !== 0 && before !== colon && before !== comma && before !== openList) return false;
  let at = end;
  while (isBlank(text.charCodeAt(at))) at += 1;
  const after = text.charCodeAt(at);
  return at >= text.length || after === comma || after === closeObject || after === closeList;
}

const numberPattern = /^-?(?:0|[1-9]\d*)(?:\.\d+)?[eE][+-]?\d+$/;

/** Puts the numbers in the place of the strings that bear the mark. No recursion: a value may be nested deeply. */
function unmarkNumbers(value: unknown, mark: string): unknown {
  const open: object[] = [];
  const read = (each: unknown): unknown => {
    if (typeof each === 'string') return each.startsWith(mark) ? asWritten(each.slice(mark.length)) : each;
    if (typeof each === 'object' && each !== null) open.push(each);
    return each;
  };
  const root = read(value);
  for (let each = open.pop(); each !== undefined; each = open.pop()) {
    if (Array.isArray(each)) {
      for (let at = 0; at < each.length; at += 1) each[at] = read(each[at]);
      continue;
    }
    const fields = each as Record<string, unknown>;
    for (const key in fields) {
      const field = fields[key];
      const asRead = read(field);
      if (asRead === field) continue;
      // Assigned, this key would be something else.
      if (key === '__proto__')
        Object.defineProperty(fields, key, {
          value: asRead,
          enumerable: true,
          configurable: true,
          writable: true,
        });
      else fields[key] = asRead;
    }
  }
  return root;
}

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
function isWrittenSo(source: string, value = Number(source)): boolean {
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
