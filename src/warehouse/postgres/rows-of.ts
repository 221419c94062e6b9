import type { Row } from '../dialect.ts';

/** The rows of a raw statement. */
export function rowsOf(result: unknown): Row[] {
  return (result as { rows: Row[] }).rows;
}
