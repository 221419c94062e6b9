import { actionsOfGroupList, groupsOfDayList } from '../catalogue/lists.ts';
import type { Report } from '../catalogue/report.ts';
import type { Chunk } from '../chunk/chunk.ts';
import type { FittedRows } from '../column/fit-rows.ts';
import { eachDay } from '../period/date-range.ts';
import { type Call, type Id, readId } from './call.ts';
import { listCall } from './list-calls.ts';
import type { Selection } from './selection.ts';

/** The slice that asks which target groups ran on each day of a chunk. */
export const groupsThatRan = 'target groups that ran';
/** The slice that asks which actions each of them ran, for which recipient groups. */
const actionsThatRan = 'actions that ran';

/** What ran, by the lists of the day; each is a text of its parts, the day first. */
export interface Ran {
  /** `2026-01-01 9`: day and target group. */
  readonly groups: ReadonlySet<string>;
  /** The same, for groups that ran an action. */
  readonly groupsWithActions: ReadonlySet<string>;
  /** `2026-01-01 12 3`: day, action and recipient group. */
  readonly pairs: ReadonlySet<string>;
  /** Days whose list has a target group without a readable id: any group may have run. */
  readonly daysOfAnyGroup: ReadonlySet<string>;
  /** `2026-01-01` where any action may have run, `2026-01-01 12` where this one may have, for any recipient group. */
  readonly anyPairsOf: ReadonlySet<string>;
}

/** The list slices that show which of a report's calls are not needed, in the order in which they are pulled. */
export function pruningSlices(report: Report): string[] {
  if (report.prunedBy === undefined) return [];
  return report.prunedBy === 'groups' ? [groupsThatRan] : [groupsThatRan, actionsThatRan];
}

/** The calls of a pruning slice; `ran` holds what the slices before it have found. */
export function* planPruningCalls(
  slice: string,
  selection: Selection,
  chunk: Chunk,
  ran: Ran,
): Generator<Call> {
  for (const day of eachDay(chunk)) {
    if (slice === groupsThatRan) yield listCall(groupsOfDayList, [['Date', day]], { date: day });
    else {
      for (const group of listGroups(day, ran, selection)) {
        const parameters = [
          ['TargetGroupID', String(group)],
          ['Date', day],
        ] as const;
        yield listCall(actionsOfGroupList, parameters, { date: day, target_group_id: group });
      }
    }
  }
}

/** Leaves out the calls that the day's own lists show to be empty. */
export function* pruneCalls(report: Report, calls: Iterable<Call>, ran: Ran): Generator<Call> {
  const groups = report.prunedBy === 'groupsWithActions' ? ran.groupsWithActions : ran.groups;
  for (const call of calls) {
    const { date, target_group_id, action_id, recipient_group_id } = call.stamps;
    const mayHaveRows = asksForPairs(report)
      ? ran.anyPairsOf.has(`${date}`) ||
        ran.anyPairsOf.has(`${date} ${action_id}`) ||
        ran.pairs.has(`${date} ${action_id} ${recipient_group_id}`)
      : groups.has(`${date} ${target_group_id}`);
    if (mayHaveRows || ran.daysOfAnyGroup.has(`${date}`)) yield call;
  }
}

/** Whether a page of a pruning slice has a row whose id cannot be read, so that more calls are made. */
export function hasUnreadIds(report: Report, { columns, rows }: ListRows): boolean {
  const ids = !columns.includes('action_id')
    ? ['target_group_id']
    : asksForPairs(report)
      ? ['action_id', 'recipient_group_id']
      : [];
  const places = ids.map((name) => columns.indexOf(name));
  return rows.some((row) => places.some((place) => readId(row[place]) === undefined));
}

type ListRows = Pick<FittedRows, 'columns' | 'rows'>;

/** Reads what the pruning slices of a chunk have staged. */
export async function readRan(slices: Iterable<AsyncIterable<ListRows>>): Promise<Ran> {
  const groups = new Set<string>();
  const groupsWithActions = new Set<string>();
  const pairs = new Set<string>();
  const daysOfAnyGroup = new Set<string>();
  const anyPairsOf = new Set<string>();
  for (const pages of slices) {
    for await (const { columns, rows } of pages) {
      const [dayAt, groupAt, actionAt, recipientsAt] = [
        'date',
        'target_group_id',
        'action_id',
        'recipient_group_id',
      ].map((name) => columns.indexOf(name)) as [number, number, number, number];
      for (const row of rows) {
        const day = String(row[dayAt]);
        const group = readId(row[groupAt]);
        if (group === undefined) daysOfAnyGroup.add(day);
        else (actionAt < 0 ? groups : groupsWithActions).add(`${day} ${group}`);
        if (actionAt < 0) continue;
        const action = readId(row[actionAt]);
        const recipients = readId(row[recipientsAt]);
        if (action === undefined) anyPairsOf.add(day);
        else if (recipients === undefined) anyPairsOf.add(`${day} ${action}`);
        else pairs.add(`${day} ${action} ${recipients}`);
      }
    }
  }
  return { groups, groupsWithActions, pairs, daysOfAnyGroup, anyPairsOf };
}

/** The groups that ran on a day, as far as the river chooses them; none where every call of the day is made anyway. */
function listGroups(day: string, { groups, daysOfAnyGroup }: Ran, { targetGroups }: Selection): Id[] {
  if (daysOfAnyGroup.has(day)) return [];
  const chosen = targetGroups && new Set(targetGroups.map(String));
  return [...groups]
    .flatMap((text) => (text.startsWith(`${day} `) ? [text.slice(day.length + 1)] : []))
    .filter((group) => !chosen || chosen.has(group))
    .map((group) => readId(group) ?? group)
    .sort((a, b) => Number(a) - Number(b));
}

const asksForPairs = ({ prunedBy }: Report): boolean => prunedBy === 'actionsAndRecipients';
