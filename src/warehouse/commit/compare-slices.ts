import type { SliceCount } from '#domain/run/staging';
import type { StagedCount } from '../statements/count-staged.ts';

/**
 * The slices of which something else is staged than their calls reported: more, less, or a call that is not
 * finished. What plans other calls is not loaded, and not compared.
 */
export function differingSlices(
  reported: readonly SliceCount[],
  staged: readonly StagedCount[],
  listSlices: readonly string[],
): string[] {
  const counts = new Map(staged.map((count) => [count.slice, count]));
  const differing = reported.filter(({ slice, calls, rows }) => {
    const count = counts.get(slice) ?? { calls: 0, finished: 0, rows: 0 };
    return count.calls !== calls || count.finished !== calls || count.rows !== rows;
  });
  const expected = new Set([...reported.map(({ slice }) => slice), ...listSlices]);
  const unexpected = staged.filter(({ slice }) => !expected.has(slice));
  return [...differing, ...unexpected].map(({ slice }) => slice);
}
