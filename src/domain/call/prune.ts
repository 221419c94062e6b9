import { actionsOfGroupList, groupsOfDayList } from '../catalogue/lists.ts';
import type { Report } from '../catalogue/report.ts';
import type { Chunk } from '../chunk/chunk.ts';
import type { FittedRows } from '../column/fit-rows.ts';
import { daysOf } from '../period/day.ts';
import type { Call } from './call.ts';
import { listCall } from './list-calls.ts';
import type { Selection } from './selection.ts';

/** The slice that asks which target groups ran on each day of a chunk. */
export const groupsThatRan = 'target groups that ran';
/** The slice that asks which actions each of them ran, for which recipient groups. */
export const actionsThatRan = 'actions that ran';

/** What the day's own lists show to have run; each is a text of its parts, the day first. */
export interface Ran {
  /** `2026-01-01 9`: day and target group. */
  readonly groups: ReadonlySet<string>;
  /** The same, of those that ran some action. */
  readonly groupsWithActions: ReadonlySet<string>;
  /** `2026-01-01 12 3`: day, action and recipient group. */
  readonly pairs: ReadonlySet<string>;
}

/** The list slices that show what a report's calls need not be made for, in the order in which they are pulled. */
export function pruningSlices(report: Report): string[] {
  const axes = new Set(report.axes.map(({ over }) => over));
  if (axes.has('recipientGroup') || report.slug === 'action-details-by-target-group')
    return [groupsThatRan, actionsThatRan];
  return axes.has('targetGroups') ? [groupsThatRan] : [];
}

/** The calls of a pruning slice; `ran` holds what the slices before it have found. */
export function* planPruningCalls(
  slice: string,
  selection: Selection,
  { first, last }: Chunk,
  ran: Ran,
): Generator<Call> {
  if (first === null || last === null) return;
  for (const day of daysOf({ first, last })) {
    if (slice === groupsThatRan) yield listCall(groupsOfDayList, [['Date', day]], { date: day });
    else {
      for (const group of groupsOf(day, ran, selection)) {
        const parameters = [
          ['TargetGroupID', group],
          ['Date', day],
        ] as const;
        yield listCall(actionsOfGroupList, parameters, { date: day, target_group_id: Number(group) });
      }
    }
  }
}

/** Leaves out the calls that the day's own lists show to be empty. */
export function* pruneCalls(report: Report, calls: Iterable<Call>, ran: Ran): Generator<Call> {
  const byActions = report.slug === 'action-details-by-target-group' ? ran.groupsWithActions : ran.groups;
  const byPair = report.axes.some(({ over }) => over === 'recipientGroup');
  for (const call of calls) {
    const { date, target_group_id, action_id, recipient_group_id } = call.stamps;
    const mayHaveRows = byPair
      ? ran.pairs.has(`${date} ${action_id} ${recipient_group_id}`)
      : byActions.has(`${date} ${target_group_id}`);
    if (mayHaveRows) yield call;
  }
}

/** Reads what the pruning slices of a chunk have staged. */
export async function readRan(
  slices: Iterable<AsyncIterable<Pick<FittedRows, 'columns' | 'rows'>>>,
): Promise<Ran> {
  const groups = new Set<string>();
  const groupsWithActions = new Set<string>();
  const pairs = new Set<string>();
  for (const pages of slices) {
    for await (const { columns, rows } of pages) {
      const [day, group, action, recipients] = [
        'date',
        'target_group_id',
        'action_id',
        'recipient_group_id',
      ].map((name) => columns.indexOf(name)) as [number, number, number, number];
      for (const row of rows) {
        if (action < 0) groups.add(`${row[day]} ${row[group]}`);
        else {
          groupsWithActions.add(`${row[day]} ${row[group]}`);
          pairs.add(`${row[day]} ${row[action]} ${row[recipients]}`);
        }
      }
    }
  }
  return { groups, groupsWithActions, pairs };
}

/** The groups that ran on a day, of those that the river chooses. */
function groupsOf(day: string, { groups }: Ran, { targetGroups }: Selection): string[] {
  const ran = [...groups].flatMap((text) => (text.startsWith(`${day} `) ? [text.slice(day.length + 1)] : []));
  const chosen = targetGroups && new Set(targetGroups.map(String));
  return ran.filter((group) => !chosen || chosen.has(group)).sort((a, b) => Number(a) - Number(b));
}
