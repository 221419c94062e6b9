/**
 * What it means for rows that are there that a river chooses its columns otherwise than it did when they were loaded. Nothing of
 * them changes: only rows that are loaded from now on are as the river says now.
 */

import { findManifestDayColumn } from '../call/scope.ts';
import { findReport } from '../catalogue/index.ts';
import { type ColumnChoice, type ColumnChoices, nameInTable } from '../column/chosen-columns.ts';
import { listMergeKey } from '../column/river-table.ts';
import { type DateRange, toDateRanges } from '../period/date-range.ts';
import { effectiveReport } from '../river/overrides.ts';
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
  river: Pick<River, 'name' | 'report' | 'overrides' | 'columns' | 'target'>,
  salts: SaltFingerprints,
  loads: readonly LoadedWith[],
): string[] {
  const now = { columns: river.columns, salts };
  const found = new Map<string, string[]>();
  const losses = new Set<string>();
  const finding = listFinding(river);
  for (const load of loads) {
    const names = new Set([...Object.keys(load.columns ?? {}), ...Object.keys(river.columns ?? {})]);
    for (const name of names) {
      const [before, after] = [readChoice(name, load), readChoice(name, now)];
      const lost = finding.has(name) ? describeLoss(name, before, after, river.target) : undefined;
      if (lost !== undefined) losses.add(lost);
      const what = lost === undefined ? describeChange(name, before, after) : undefined;
      if (what !== undefined) found.set(what, [...(found.get(what) ?? []), ...load.days]);
    }
  }
  return [
    ...losses,
    ...[...found].map(([what, days]) => `${what}${loadAnew(river, toDateRanges([...new Set(days)].sort()))}`),
  ];
}

/** The columns, without any choice, by which rows that are there are found again. */
function listFinding({
  report: slug,
  overrides,
  target,
}: Pick<River, 'report' | 'overrides' | 'target'>): ReadonlySet<string> {
  const declared = findReport(slug);
  if (!declared) return new Set();
  const report = effectiveReport(declared, overrides);
  if (target.load === 'merge')
    return new Set(listMergeKey(report, { overrides, columns: undefined, target }));
  const day = target.load === 'replace' ? findManifestDayColumn(report) : null;
  return new Set(day === null ? [] : [day]);
}

const notFound = 'no run finds the rows that are there again';

/** What becomes of rows that are found by a column whose values or name are others now; loading their days anew does not help. */
function describeLoss(
  name: string,
  before: Chosen,
  now: Chosen,
  { table }: River['target'],
): string | undefined {
  if (before.isLeftOut || now.isLeftOut) return undefined;
  if (before.name !== now.name)
    return `columns: ${name} is stored in ${now.name} now; ${notFound}, so each is refused until that column of ${table} is renamed (${before.name} to ${now.name})`;
  if (before.hash === now.hash) return undefined;
  const is =
    now.hash === undefined
      ? 'not hashed any more'
      : before.hash === undefined
        ? 'hashed now'
        : 'hashed with another salt now';
  return `columns: ${name} is ${is}; ${notFound} by this part of their key: they stay, with their ${before.hash === undefined ? 'plain values' : 'hashes'}, beside the new ones`;
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
