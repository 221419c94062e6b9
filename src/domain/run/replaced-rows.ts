import { EmptyAnswerError } from '../errors.ts';
import { addDays, type Day } from '../period/date-range.ts';
import type { River } from '../river/river.ts';
import { retryCommand, runCommand } from '../verify/repair-command.ts';
import type { Warning } from './run-result.ts';

/** How many rows of a river there are of each day; under null where its report's rows have no day. */
export type RowsByDay = ReadonlyMap<Day | null, number>;

/** What becomes of the rows that stand in a table where others are to take their place. */
export interface Replacement {
  /** Days whose rows stay, because none came for them. */
  readonly kept: readonly Day[];
  readonly warnings: readonly Warning[];
}

type Kind = 'kept' | 'deleted' | 'fell';

/** Neighbouring days to which the same happens. */
interface Stretched {
  readonly kind: Kind;
  readonly start: Day | null;
  end: Day | null;
  days: number;
  before: number;
  after: number;
}

/** Stretches of a kind that have a warning of their own; what remains is summed up in one more. */
const namedAtMost = 20;

/**
 * Nothing good is removed for nothing: of the days that had rows and get none the rows are kept, unless the river takes
 * that for true. Every load that removes rows asks this before it removes any.
 * @throws EmptyAnswerError where rows would be removed and none at all came
 */
export function judgeReplacement(
  { river: { name, target }, workflowId }: { readonly river: River; readonly workflowId: string },
  before: RowsByDay,
  after: RowsByDay,
): Replacement {
  const isAllowed = target.emptied === 'allow';
  const total = [...after.values()].reduce((sum, rows) => sum + rows, 0);
  if (total === 0 && !isAllowed) refuseEmpty(target.table, workflowId, before);
  const days = [...before]
    .flatMap(([day, had]) => {
      const gets = after.get(day) ?? 0;
      const kind = kindOf(had, gets, isAllowed);
      return kind ? [{ kind, day, before: had, after: gets }] : [];
    })
    .sort((one, other) => (one.day ?? '').localeCompare(other.day ?? ''));
  return {
    kept: days.flatMap(({ kind, day }) => (kind === 'kept' && day !== null ? [day] : [])),
    warnings: (['kept', 'deleted', 'fell'] as const)
      .flatMap((kind) => stretched(days.filter((day) => day.kind === kind)))
      .map((stretch) => warningOf(stretch, name, target.table))
      .sort((one, other) => (one.start ?? '').localeCompare(other.start ?? '')),
  };
}

function kindOf(had: number, gets: number, isAllowed: boolean): Kind | undefined {
  if (had > 0 && gets === 0) return isAllowed ? 'deleted' : 'kept';
  return gets * 2 < had ? 'fell' : undefined;
}

function refuseEmpty(table: string, workflowId: string, before: RowsByDay): void {
  const standing = [...before].filter(([, rows]) => rows > 0);
  if (standing.length === 0) return;
  const rows = standing.reduce((sum, [, count]) => sum + count, 0);
  const days = standing.map(([day]) => day ?? '').sort();
  const what = nameOf(days[0] || null, days.at(-1) || null, table);
  throw new EmptyAnswerError(
    `${counted(rows)} of ${what} would be deleted, the API returned none. Nothing was changed. If they are really gone, ` +
      `\`${retryCommand(workflowId)} --allow-emptied\` deletes them; \`target.emptied: allow\` does so in every run.`,
    { facts: { table, rows, first: days[0], last: days.at(-1) } },
  );
}

function stretched(
  days: readonly {
    readonly kind: Kind;
    readonly day: Day | null;
    readonly before: number;
    readonly after: number;
  }[],
): Stretched[] {
  const stretches: Stretched[] = [];
  for (const { kind, day, before, after } of days) {
    const open = stretches.at(-1);
    const isNext = open && open.end !== null && day !== null && addDays(open.end, 1) === day;
    if (open && (isNext || stretches.length > namedAtMost)) {
      open.end = day;
      open.days += 1;
      open.before += before;
      open.after += after;
    } else stretches.push({ kind, start: day, end: day, days: 1, before, after });
  }
  return stretches;
}

function warningOf(stretch: Stretched, river: string, table: string): Warning {
  const { kind, start, end, days, before, after } = stretch;
  const isWhole = start === null || end === null || addDays(start, days - 1) === end;
  const what = isWhole ? nameOf(start, end, table) : `${days} days of ${start} to ${end}`;
  const message = {
    kept: () =>
      `${counted(before)} of ${what} ${were(before)} kept: the API returned none there. If they are really gone, ` +
      `\`${runCommand(river, { start, end }, false)} --allow-emptied\` deletes them.`,
    deleted: () =>
      `${counted(before)} of ${what} ${were(before)} deleted; the API returned none, which this run takes for true.`,
    fell: () => `${counted(after)} of ${what} replaced ${before}: fewer than half of what was there.`,
  }[kind]();
  return { start, end, message, about: 'data' };
}

const nameOf = (start: Day | null, end: Day | null, table: string): string => {
  if (start === null) return table;
  return start === end ? start : `${start} to ${end}`;
};

const were = (rows: number): string => (rows === 1 ? 'was' : 'were');

const counted = (rows: number): string => `${rows} ${rows === 1 ? 'row' : 'rows'}`;
