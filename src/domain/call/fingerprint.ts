import type { FittedRows } from '../column/fit-rows.ts';
import type { AnswerRow } from './call.ts';

/**
 * A fingerprint of a page's rows, whatever their order and the order of the keys in them: a sum of the rows' hashes, so that
 * equal rows count as often as they stand there. Two pages of different rows have the same fingerprint with a probability of 2^-52.
 */
export function fingerprintRows(rows: readonly AnswerRow[]): string {
  const fingerprint = createFingerprint();
  fingerprint.add(rows);
  return fingerprint.toText();
}

/** The same, some rows at a time. */
export function createFingerprint() {
  const keys = new Map<string, number>();
  let [count, sum] = [0, 0];
  return {
    add(rows: readonly AnswerRow[]): void {
      for (const row of rows) sum = add(sum, hashObject(row, keys));
      count += rows.length;
    },
    toText: (): string => `${count}-${sum.toString(16)}`,
  };
}

/** Hashes are whole numbers below this: a sum of two is exact in a double. */
const modulus = 2 ** 52;
const word = 2 ** 32;
/** 1 is not "1", and [] is not {}. */
const [textMark, numberMark, listMark, objectMark] = [1, 2, 3, 4];

/** A number for a text. By hand: node:crypto takes longer to be called than this for most values. */
function hashText(text: string, mark = textMark): number {
  let low = 0x9e3779b9 ^ text.length;
  let high = 0x41c6ce57 ^ mark;
  for (let at = 0; at < text.length; at += 1) {
    const unit = text.charCodeAt(at);
    low = Math.imul(low ^ unit, 0x9e3779b1);
    high = Math.imul(high ^ unit, 0x5f356495);
  }
  return mix(low, high);
}

function hashValue(value: unknown, keys: Map<string, number>): number {
  if (typeof value === 'string') return hashText(value);
  if (Number.isSafeInteger(value)) return mix((value as number) | 0, ((value as number) / word) ^ numberMark);
  if (typeof value !== 'object' || value === null) return hashText(String(value), numberMark);
  if (!Array.isArray(value)) return hashObject(value as AnswerRow, keys);
  return value.reduce((sum, item) => follow(sum, hashValue(item, keys)), listMark);
}

/** A page has few names, again and again: `keys` remembers their hashes. */
function hashObject(row: AnswerRow, keys: Map<string, number>): number {
  let sum = 0;
  for (const name in row) {
    let key = keys.get(name);
    if (key === undefined) {
      key = hashText(name);
      keys.set(name, key);
    }
    sum = add(sum, follow(key, hashValue(row[name], keys)));
  }
  // Mixed, because sums of sums would not tell which value stands in which row.
  return follow(sum, objectMark);
}

function add(one: number, other: number): number {
  const sum = one + other;
  return sum < modulus ? sum : sum - modulus;
}

/** One hash of two, in this order. */
function follow(before: number, next: number): number {
  const low = Math.imul(before | 0, 0x9e3779b1) ^ (next | 0);
  const high = Math.imul((before / word) | 0, 0x5f356495) ^ ((next / word) | 0);
  return mix(low + 0x7f4a7c15, high);
}

/** Murmur's finalizer over both halves: each bit of them moves about half of the result's. */
function mix(one: number, two: number): number {
  const low = Math.imul(one ^ (one >>> 16), 0x85ebca6b) ^ Math.imul(two ^ (two >>> 13), 0xc2b2ae35);
  const high = Math.imul(two ^ (two >>> 16), 0x85ebca6b) ^ Math.imul(low ^ (low >>> 13), 0xc2b2ae35);
  return (high >>> 12) * word + ((low ^ Math.imul(high, 0x9e3779b1)) >>> 0);
}

/** The keys of a page's rows, each as a number; null equals null. */
export function hashKeys(
  { columns, rows }: Pick<FittedRows, 'columns' | 'rows'>,
  key: readonly string[],
): number[] {
  const places = key.map((name) => columns.indexOf(name));
  // What a call stamps is the same in all its rows.
  const last = places.map(() => ({ value: undefined as unknown, hash: hashText(toKeyText(undefined)) }));
  return rows.map((row) => {
    let sum = 0;
    for (let at = 0; at < places.length; at += 1) {
      const value = row[places[at] as number];
      const before = last[at] as (typeof last)[number];
      if (value !== before.value) {
        before.value = value;
        before.hash = hashText(toKeyText(value));
      }
      sum = follow(sum, before.hash);
    }
    return sum;
  });
}

/** Hashes of a page's rows or keys in order of size: eight bytes each, where a set of them takes forty. */
export type SortedHashes = Float64Array;

/** Hashes as they come, some at a time. */
export class HashList {
  #hashes = new Float64Array(0);
  #count = 0;

  add(hashes: readonly number[]): void {
    if (this.#count + hashes.length > this.#hashes.length) {
      const larger = new Float64Array(2 * (this.#count + hashes.length));
      larger.set(this.#hashes);
      this.#hashes = larger;
    }
    this.#hashes.set(hashes, this.#count);
    this.#count += hashes.length;
  }

  sorted(): SortedHashes {
    return this.#hashes.slice(0, this.#count).sort();
  }
}

export const noHashes: SortedHashes = new Float64Array(0);

export const sortedHashes = (
  page: Pick<FittedRows, 'columns' | 'rows'>,
  key: readonly string[],
): SortedHashes => Float64Array.from(hashKeys(page, key)).sort();

/** How many of these stand among those before as well, each as often as it comes. */
export function countRepeated(hashes: SortedHashes, before: SortedHashes): number {
  let [count, at] = [0, 0];
  for (const hash of hashes) {
    while ((before[at] as number) < hash) at += 1;
    if (before[at] === hash) count += 1;
  }
  return count;
}

export const countDifferent = (hashes: SortedHashes): number =>
  hashes.reduce((count, hash, at) => (at > 0 && hashes[at - 1] === hash ? count : count + 1), 0);

/** No text in a database begins with these characters. */
function toKeyText(value: unknown): string {
  return value === null || value === undefined ? '\u0001' : String(value);
}
