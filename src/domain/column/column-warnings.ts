import type { Chunk } from '../chunk/chunk.ts';
import type { Warning } from '../run/run-result.ts';

/** Values of a chunk that did not fit a column. */
interface Misfits {
  readonly column: string;
  /** As the database declares the column. */
  readonly declared: string;
  /** The column that has them as text; null where they are left out. */
  readonly beside: string | null;
  readonly count: number;
}

/** The warning of them: how many they are and where they went; never a value. */
export const warnOfMisfits = (
  { start, end }: Pick<Chunk, 'start' | 'end'>,
  table: string,
  { column, declared, beside, count }: Misfits,
): Warning => ({
  start,
  end,
  message: `Values that do not fit ${table}.${column} (${declared || 'no type'}) ${
    beside === null ? 'were left out (drift: ignore)' : `stand in ${beside} as text`
  }${counted(count)}`,
  about: 'data',
  column,
  count,
});

/** The warning of values in which a character was replaced: two that differed only in it have become equal. */
export const warnOfReplaced = (
  { start, end }: Pick<Chunk, 'start' | 'end'>,
  table: string,
  column: string,
  count: number,
): Warning => ({
  start,
  end,
  message: `Values of ${table}.${column} have characters that no database holds (NUL, or half of a character); U+FFFD stands in their place${counted(count)}`,
  about: 'data',
  column,
  count,
});

/** The same for several chunks: each column once, from the first day to the last, with the sum of its values. */
export function sumUpColumns(warnings: Iterable<Warning>): Warning[] {
  const summed = new Map<string, Warning>();
  for (const warning of warnings) {
    const { count = 0, start, end } = warning;
    const said = warning.message.slice(0, -counted(count).length);
    const before = summed.get(said);
    const sum = (before?.count ?? 0) + count;
    summed.set(said, {
      ...warning,
      start: before?.start && start && before.start < start ? before.start : start,
      end: before?.end && end && before.end > end ? before.end : end,
      message: `${said}${counted(sum)}`,
      count: sum,
    });
  }
  return [...summed.values()];
}

const counted = (count: number): string => `: ${count}.`;
