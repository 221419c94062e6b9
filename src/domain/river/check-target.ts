import { findReport } from '../catalogue/index.ts';
import type { Report } from '../catalogue/report.ts';
import type { WarehouseSetting } from './configuration.ts';
import type { Problem } from './problem.ts';
import type { RiverPart } from './river.ts';
import type { Show } from './show.ts';
import { checkTableName } from './table-name.ts';
import { type LoadMode, loadModes } from './target.ts';

type TargetPart = NonNullable<RiverPart['target']>;

/** What is read, but not done yet. */
const notYet: readonly LoadMode[] = ['overwrite', 'merge'];

/** What is wrong with a river's target, in the warehouse it names. Paths begin at the river. */
export function checkTarget(
  target: TargetPart,
  report: Report | undefined,
  client: WarehouseSetting['client'] | undefined,
  show: Show,
): Problem[] {
  return [...checkTable(target, client, show), ...checkLoad(target, report, show)];
}

function checkTable(
  { table }: TargetPart,
  client: WarehouseSetting['client'] | undefined,
  show: Show,
): Problem[] {
  if (table === undefined || client === undefined) return [];
  const path = ['target', 'table'];
  const message = checkTableName(client, table, show(path, table));
  return message === undefined ? [] : [{ path, message }];
}

function checkLoad({ load, key }: TargetPart, report: Report | undefined, show: Show): Problem[] {
  if (load === undefined) return [];
  const path = ['target', 'load'];
  const problems: Problem[] = [];
  if (notYet.includes(load)) {
    const available = loadModes.filter((mode) => !notYet.includes(mode)).join(' or ');
    problems.push({ path, message: `${show(path, load)} is not available yet: use ${available}` });
  }
  if (load === 'merge' && key === undefined && report?.keyIsUnique === false) {
    problems.push({
      path: ['target', 'key'],
      message: `missing, load: merge needs it because the natural key of ${report.slug} is not unique`,
      missing: true,
    });
  }
  return problems;
}

/**
 * Rivers that cannot share a table: one would throw away what the others loaded, or they pull different reports, whose
 * columns, days and keys are not each other's. Paths begin at the river; `sharing` are the others that fill its table.
 */
export function checkSharedTable(
  { report, target }: RiverPart,
  sharing: readonly (readonly [name: string, river: RiverPart])[],
  show: Show,
): Problem[] {
  const path = ['target', 'table'];
  const got = (others: typeof sharing) =>
    `got ${show(path, target?.table)}, which ${others.map(([name]) => name).join(', ')} ${others.length === 1 ? 'fills' : 'fill'} as well`;
  const others = sharing.filter(([, river]) => isAnother(report, river.report));
  return [
    ...(target?.load === 'overwrite' && sharing.length > 0
      ? [
          {
            path,
            message: `expected a table of its own, since load: overwrite replaces all of it, ${got(sharing)}`,
          },
        ]
      : []),
    ...(others.length > 0
      ? [
          {
            path,
            message: `expected a table that only rivers of ${report} fill, ${got(others)} (${[...new Set(others.map(([, other]) => other.report))].join(', ')})`,
          },
        ]
      : []),
  ];
}

/** Of a report that is not in the catalogue nobody knows what it was meant to be. */
const isAnother = (one: string | undefined, other: string | undefined): boolean =>
  one !== other && [one, other].every((slug) => slug !== undefined && findReport(slug) !== undefined);
