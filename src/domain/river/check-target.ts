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

/** A river that fills a table, as far as others have to know. */
export interface Filling {
  readonly river: string;
  readonly target: TargetPart;
}

/** Rivers that share a table of which one would throw away what the others loaded. Paths begin at that river. */
export function checkSharedTable(
  filling: Filling,
  others: readonly Filling[],
  sameTable: (one: TargetPart, other: TargetPart) => boolean,
  show: Show,
): Problem[] {
  if (filling.target.load !== 'overwrite') return [];
  const sharing = others.filter(
    (other) => other.river !== filling.river && sameTable(filling.target, other.target),
  );
  if (sharing.length === 0) return [];
  const path = ['target', 'table'];
  const names = sharing.map(({ river }) => river).join(', ');
  return [
    {
      path,
      message: `expected a table of its own, since load: overwrite replaces all of it, got ${show(path, filling.target.table)}, which ${names} ${sharing.length === 1 ? 'fills' : 'fill'} as well`,
    },
  ];
}
