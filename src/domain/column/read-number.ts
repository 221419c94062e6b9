/**
 * A number of an answer that JavaScript would not write as it was written, because a double rounds it or spells it
 * otherwise: its digits, as they came. `JSON.stringify` writes them again.
 */
export class LongNumber {
  readonly rawJSON: string;

  constructor(rawJSON: string) {
    this.rawJSON = rawJSON;
  }

  /** TypeScript's library does not declare it yet. */
  toJSON(): unknown {
    return (JSON as unknown as { rawJSON(digits: string): unknown }).rawJSON(this.rawJSON);
  }
}

/** @example longNumber('9007199254740993').rawJSON // '9007199254740993' */
export const longNumber = (digits: string): LongNumber => new LongNumber(digits);

export const isLongNumber = (value: unknown): value is LongNumber => value instanceof LongNumber;

const wholePattern = /^(0|-?[1-9]\d*)(\.0+)?$/;
const decimalPattern = /^-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?$/;
const wholeDigits = /^-?\d+$/;
/** Below it a double keeps fewer digits. */
const leastNormalDouble = 2 ** -1022;
/** The digits and the range that a four-byte float keeps exactly. */
const realDigits = 6;
const realRange = [1.2e-38, 3.4e38] as const;
/** A number with more digits than these stays text: no exponent fills a disk. */
const decimalDigits = 1_000;

/**
 * A whole number of so many bits: a number up to 2^53, its digits beyond. Undefined where it is none, or would
 * not come back as it was written (`007` is a code, not a number).
 */
export function exactInteger(raw: unknown, bits: 16 | 32 | 64 = 64): number | string | undefined {
  if (typeof raw === 'number') {
    if (bits === 64 && Number.isSafeInteger(raw)) return raw;
    return Number.isInteger(raw) ? fitWhole(BigInt(raw), bits) : undefined;
  }
  if (typeof raw !== 'string') return undefined;
  const digits = wholePattern.exec(raw)?.[1];
  if (digits === undefined) return undefined;
  if (bits === 64 && digits.length <= 15) return Number(digits);
  return digits.length <= 20 ? fitWhole(BigInt(digits), bits) : undefined;
}

function fitWhole(whole: bigint, bits: number): number | string | undefined {
  if (BigInt.asIntN(bits, whole) !== whole) return undefined;
  const number = Number(whole);
  return Number.isSafeInteger(number) ? number : String(whole);
}

/**
 * A number that a double gives back as it was written, whole numbers to the last digit; undefined where it does not.
 * Of decimals seventeen digits are as good as the shortest ones: some servers write these.
 */
export function exactDouble(raw: unknown): number | undefined {
  if (typeof raw === 'number') return Number.isFinite(raw) ? raw : undefined;
  if (typeof raw !== 'string' || !decimalPattern.test(raw)) return undefined;
  const number = Number(raw);
  if (!Number.isFinite(number)) return undefined;
  if (wholeDigits.test(raw)) return BigInt(number) === BigInt(raw) ? number : undefined;
  const { digits } = readDecimal(raw);
  if (digits.length === 0) return 0;
  if (Math.abs(number) < leastNormalDouble) return undefined;
  // Fifteen digits always survive; more only where the double says the very same.
  if (digits.length <= 15) return number;
  return digits.length <= 17 && readDecimal(number.toPrecision(digits.length)).digits === digits
    ? number
    : undefined;
}

/** The same for a float of four bytes. */
export function exactReal(raw: unknown): number | undefined {
  const number = exactDouble(raw);
  if (number === undefined || number === 0 || Math.fround(number) === number) return number;
  const [least, greatest] = realRange;
  const isInRange = Math.abs(number) >= least && Math.abs(number) <= greatest;
  return isInRange && readDecimal(String(number)).digits.length <= realDigits ? number : undefined;
}

/** A number that fits precision and scale (null: unbounded), as a number or as its digits. */
export function exactDecimal(
  raw: unknown,
  precision: number | null,
  scale: number | null,
): number | string | undefined {
  if (typeof raw === 'number' ? !Number.isFinite(raw) : typeof raw !== 'string' || !decimalPattern.test(raw))
    return undefined;
  const { digits, power } = readDecimal(String(raw));
  const isFitting =
    digits === '' ||
    (precision !== null && scale !== null
      ? power >= -scale && digits.length + power <= precision - scale
      : Math.abs(power) + digits.length <= decimalDigits);
  return isFitting ? (raw as number | string) : undefined;
}

/** How many digits a column for numbers has before the point and behind it. */
export interface NumberDigits {
  readonly whole: number;
  readonly decimals: number;
}

/** What every warehouse has: 38 digits, of which 9 behind the point. */
export const usualDigits: NumberDigits = { whole: 29, decimals: 9 };
const allDigits = usualDigits.whole + usualDigits.decimals;

/** Adds what a number needs. One that needs more than all of them goes beside its column, and so counts for nothing. */
export function joinDigits(known: NumberDigits, raw: unknown): NumberDigits {
  const { digits, power } = readDecimal(isLongNumber(raw) ? raw.rawJSON : String(raw));
  const whole = Math.max(digits.length + power, 0);
  const decimals = Math.max(-power, 0);
  const isWithin = digits === '' || (whole <= known.whole && decimals <= known.decimals);
  return isWithin || whole + decimals > allDigits ? known : widest(known, { whole, decimals });
}

export const widest = (one: NumberDigits, other: NumberDigits): NumberDigits => ({
  whole: Math.max(one.whole, other.whole),
  decimals: Math.max(one.decimals, other.decimals),
});

/** The digits that count, without zeros around them, and the power of ten of the last one. */
function readDecimal(text: string): { digits: string; power: number } {
  const [mantissa = '', exponent = '0'] = text.toLowerCase().split('e');
  const [whole = '', fraction = ''] = mantissa.replace('-', '').split('.');
  const all = `${whole}${fraction}`.replace(/^0+/, '');
  const digits = all.replace(/0+$/, '');
  return { digits, power: Number(exponent) - fraction.length + all.length - digits.length };
}
