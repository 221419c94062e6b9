import { ConfigurationError } from '../domain/errors.ts';

/** A flag's whole number, not below zero. */
export function wholeNumber(flag: string, text: string): number {
  if (!/^\d+$/.test(text)) throw new ConfigurationError(`${flag}: expected a whole number, got "${text}"`);
  return Number(text);
}
