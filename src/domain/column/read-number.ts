const wholePattern = /^(0|-?[1-9]\d*)(\.0+)?$/;
const decimalPattern = /^-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?$/;
const wholeDigits = /^-?\d+$/;
const leastInt64 = -(2n ** 63n);
const greatestInt64 = 2n ** 63n - 1n;
/** Below it a double keeps fewer digits. */
const leastNormalDouble = 2 ** -1022;

/**
 * A whole number of 64 bits: a number up to 2^53, its digits beyond. Undefined where it is none, or would
 * not come back as it was written (`007` is a code, not a number).
 */
export function exactInteger(raw: unknown): number | string | undefined {
  if (typeof raw === 'number') {
    if (Number.isSafeInteger(raw)) return raw;
    return Number.isInteger(raw) ? wholeOfBig(BigInt(raw)) : undefined;
  }
  if (typeof raw === 'bigint') return wholeOfBig(raw);
  if (typeof raw !== 'string') return undefined;
  const digits = wholePattern.exec(raw)?.[1];
  if (digits === undefined) return undefined;
  return digits.length <= 15 ? Number(digits) : wholeOfBig(BigInt(digits));
}

function wholeOfBig(whole: bigint): number | string | undefined {
  if (whole < leastInt64 || whole > greatestInt64) return undefined;
  const number = Number(whole);
  return Number.isSafeInteger(number) ? number : String(whole);
}

/** A number that a double gives back as it was written, whole numbers to the last digit; undefined where it does not. */
export function exactDouble(raw: unknown): number | undefined {
  if (typeof raw === 'number') return Number.isFinite(raw) ? raw : undefined;
  const text = typeof raw === 'bigint' ? String(raw) : raw;
  if (typeof text !== 'string' || !decimalPattern.test(text)) return undefined;
  const number = Number(text);
  if (!Number.isFinite(number)) return undefined;
  if (wholeDigits.test(text)) return BigInt(number) === BigInt(text) ? number : undefined;
  const digits = significantDigits(text);
  if (digits.length === 0) return 0;
  if (Math.abs(number) < leastNormalDouble) return undefined;
  // Fifteen digits always survive; more only where the double says the very same.
  return digits.length <= 15 || significantDigits(String(number)) === digits ? number : undefined;
}

function significantDigits(text: string): string {
  const mantissa = text.split(/[eE]/)[0] ?? '';
  return mantissa.replace(/[-.]/g, '').replace(/^0+/, '').replace(/0+$/, '');
}
