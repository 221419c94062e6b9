/**
 * A number of an answer that JavaScript would not write as it was written, because a double rounds it or spells it
 * otherwise: its digits, as they came. `JSON.stringify` writes them again.
 */
export interface LongNumber {
  readonly rawJSON: string;
}

/** TypeScript's library does not know them yet. */
const json = JSON as unknown as {
  rawJSON(digits: string): LongNumber;
  isRawJSON(value: unknown): boolean;
};

/** @example longNumber('9007199254740993').rawJSON // '9007199254740993' */
export const longNumber = (digits: string): LongNumber => json.rawJSON(digits);

export const isLongNumber = (value: unknown): value is LongNumber => json.isRawJSON(value);
