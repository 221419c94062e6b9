/**
 * What it means for rows that are there that a river chooses its columns otherwise than it did when they were loaded. Nothing of
 * them changes: only rows that are loaded from now on are as the river says now.
 */

import { type ColumnChoice, type ColumnChoices, nameInTable } from '../column/chosen-columns.ts';
import { type DateRange, toDateRanges } from '../period/date-range.ts';
import type { River } from '../river/river.ts';
import { runCommand } from '../verify/repair-command.ts';
import { rangeText } from './loaded-days.ts';
import type { SaltFingerprints } from './stored-run.ts';

/** What rows of a river that stand in its table were loaded with. */
export interface LoadedWith {
  readonly columns: ColumnChoices | undefined;
  readonly salts: SaltFingerprints | undefined;
  /** Their days; empty for a report without any. */
  readonly days: readonly string[];
}

/** One sentence for each column that is chosen otherwise now, without a full stop. */
export function explainColumnChanges(
  river: Pick<River, 'name' | 'columns' | 'target'>,
  salts: SaltFingerprints,
  loads: readonly LoadedWith[],
): string[] {
  const now = { columns: river.columns, salts };
  const found = new Map<string, string[]>();
  for (const load of loads) {
    const names = new Set([...Object.keys(load.columns ?? {}), ...Object.keys(river.columns ?? {})]);
    for (const name of names) {
      const what = describeChange(name, readChoice(name, load), readChoice(name, now));
      if (what !== undefined) found.set(what, [...(found.get(what) ?? []), ...load.days]);
    }
  }
  return [...found].map(
    ([what, days]) => `${what}${loadAnew(river, toDateRanges([...new Set(days)].sort()))}`,
  );
}

/** A choice with its salt as it was; `hash` is undefined for rows that were adopted, which nothing has hashed. */
interface Chosen {
  readonly isLeftOut: boolean;
  readonly name: string;
  readonly type: string | undefined;
  readonly hash: string | undefined;
}

function readChoice(name: string, { columns, salts }: Pick<LoadedWith, 'columns' | 'salts'>): Chosen {
  const choice: ColumnChoice = (columns && Object.hasOwn(columns, name) ? columns[name] : undefined) ?? {};
  if (choice === 'omit') return { isLeftOut: true, name, type: undefined, hash: undefined };
  return {
    isLeftOut: false,
    name: nameInTable(columns, name),
    type: choice.type,
    hash: choice.hash === undefined ? undefined : salts?.[choice.hash],
  };
}

function describeChange(name: string, before: Chosen, now: Chosen): string | undefined {
  const change = (is: string, meaning: string) => `columns: ${name} is ${is}; ${meaning}`;
  if (before.isLeftOut && now.isLeftOut) return undefined;
  if (before.isLeftOut)
    return change('stored now, and was left out', `it is null in the rows that are there`);
  const kept = before.hash === undefined ? 'plain values' : 'hashes';
  if (now.isLeftOut)
    return change(
      'left out now',
      `rows that are there keep their ${kept} in ${before.name}, which stays and is null from now on`,
    );
  const moves =
    before.name === now.name
      ? ''
      : `, which stays and is null from now on; new rows have theirs in ${now.name}`;
  if (before.hash === undefined && now.hash !== undefined)
    return change('hashed now', `rows that are there keep their plain values in ${before.name}${moves}`);
  if (before.hash !== undefined && now.hash === undefined)
    return change('not hashed any more', `rows that are there keep their hashes in ${before.name}${moves}`);
  if (before.hash !== now.hash)
    return change(
      'hashed with another salt now',
      `equal values of rows that are there and of new ones have different hashes${moves && `; ${before.name} stays and is null from now on, new rows have theirs in ${now.name}`}`,
    );
  if (before.name !== now.name)
    return change(
      `stored in ${now.name} now`,
      `rows that are there keep their ${kept} in ${before.name}, which stays and is null from now on`,
    );
  if (before.type !== now.type)
    return change(
      `${now.type ?? 'as it is declared'} now`,
      `a column that is there keeps its type, and what does not fit it goes by the river's drift`,
    );
  return undefined;
}

/** How the rows become as the others; nothing where they cannot. */
function loadAnew({ name, target }: Pick<River, 'name' | 'target'>, ranges: readonly DateRange[]): string {
  if (target.load !== 'replace') return '';
  const [first] = ranges;
  if (!first) return '. The next run replaces them';
  const further = ranges.length > 1 ? ` (and ${ranges.length - 1} more date ranges)` : '';
  return `. They are those of ${rangeText(first)}${further}; \`${runCommand(name, first, false)}\` loads them again`;
}
