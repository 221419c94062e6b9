import { ConfigurationError } from '#domain/errors';

/** A flag's whole number, not below zero. */
export function wholeNumber(flag: string, text: string): number {
  if (!/^\d+$/.test(text)) throw new ConfigurationError(`${flag}: expected a whole number, got "${text}"`);
  return Number(text);
}

/** A flag's port; 0 stands for a free one. */
export function portNumber(flag: string, text: string): number {
  const port = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (port <= 65_535) return port;
  throw new ConfigurationError(`${flag}: expected a port from 0 (a free one) to 65535, got "${text}"`);
}
