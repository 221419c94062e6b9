import { EmptyAnswerError } from '../errors.ts';
import { addDays, type Day } from '../period/date-range.ts';
import type { River } from '../river/river.ts';
import { retryCommand, runCommand } from '../verify/repair-command.ts';
import type { Warning } from './run-result.ts';

/** How many rows of a river there are of each day; under null where its report's rows have no day. */
export type RowsByDay = ReadonlyMap<Day | null, number>;

/** What happens to the rows of a table that a load replaces. */
export interface Replacement {
  /** Days whose rows are kept, because the API returned none. */
  readonly kept: readonly Day[];
  readonly warnings: readonly Warning[];
}

type Kind = 'kept' | 'deleted' | 'fell';

/** Neighbouring days to which the same happens. */
interface AffectedRange {
  readonly kind: Kind;
  readonly start: Day | null;
  end: Day | null;
  days: number;
  before: number;
  after: number;
}

/** How many ranges of a kind get a warning of their own; the rest share one more. */
const namedAtMost = 20;

/**
 * Decides which rows a load may delete. A day that had rows and gets none keeps them, unless the river allows
 * emptied days. Every load that deletes rows asks this first.
 * @throws EmptyAnswerError where rows would be deleted and no row at all was returned
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
      const kind = classify(had, gets, isAllowed);
      return kind ? [{ kind, day, before: had, after: gets }] : [];
    })
    .sort((one, other) => (one.day ?? '').localeCompare(other.day ?? ''));
  return {
    kept: days.flatMap(({ kind, day }) => (kind === 'kept' && day !== null ? [day] : [])),
    warnings: (['kept', 'deleted', 'fell'] as const)
      .flatMap((kind) => mergeDays(days.filter((day) => day.kind === kind)))
      .map((range) => toWarning(range, name, target.table))
      .sort((one, other) => (one.start ?? '').localeCompare(other.start ?? '')),
  };
}

function classify(had: number, gets: number, isAllowed: boolean): Kind | undefined {
  if (had > 0 && gets === 0) return isAllowed ? 'deleted' : 'kept';
  return gets * 2 < had ? 'fell' : undefined;
}

function refuseEmpty(table: string, workflowId: string, before: RowsByDay): void {
  const standing = [...before].filter(([, rows]) => rows > 0);
  if (standing.length === 0) return;
  const rows = standing.reduce((sum, [, count]) => sum + count, 0);
  const days = standing.map(([day]) => day ?? '').sort();
  const what = nameDays(days[0] || null, days.at(-1) || null, table);
  throw new EmptyAnswerError(
    `${counted(rows)} of ${what} would be deleted, the API returned none. Nothing was changed. If they are really gone, ` +
      `\`${retryCommand(workflowId)} --allow-emptied\` deletes them; \`target.emptied: allow\` does so in every run.`,
    { facts: { table, rows, first: days[0], last: days.at(-1) } },
  );
}

function mergeDays(
  days: readonly {
    readonly kind: Kind;
    readonly day: Day | null;
    readonly before: number;
    readonly after: number;
  }[],
): AffectedRange[] {
  const ranges: AffectedRange[] = [];
  for (const { kind, day, before, after } of days) {
    const open = ranges.at(-1);
    const isNext = open && open.end !== null && day !== null && addDays(open.end, 1) === day;
    if (open && (isNext || ranges.length > namedAtMost)) {
      open.end = day;
      open.days += 1;
      open.before += before;
      open.after += after;
    } else ranges.push({ kind, start: day, end: day, days: 1, before, after });
  }
  return ranges;
}

function toWarning(range: AffectedRange, river: string, table: string): Warning {
  const { kind, start, end, days, before, after } = range;
  const isWhole = start === null || end === null || addDays(start, days - 1) === end;
  const where = isWhole
    ? `${start === null ? 'in' : 'for'} ${nameDays(start, end, table)}`
    : `for ${days} days of ${start} to ${end}`;
  const message = {
    kept: () =>
      `${existing(before)} ${where} ${were(before)} kept; the API returned none. If they are really gone, ` +
      `\`${runCommand(river, { start, end }, false)} --allow-emptied\` deletes them.`,
    deleted: () =>
      `${existing(before)} ${where} ${were(before)} deleted; the API returned none, and this run allows that.`,
    fell: () => `${counted(after)} ${where} replaced ${existing(before)}: fewer than half.`,
  }[kind]();
  return { start, end, message, about: 'data', ...(kind !== 'fell' && { emptied: kind }) };
}

const nameDays = (start: Day | null, end: Day | null, table: string): string => {
  if (start === null) return table;
  return start === end ? start : `${start} to ${end}`;
};

const were = (rows: number): string => (rows === 1 ? 'was' : 'were');

const counted = (rows: number): string => `${rows} ${rows === 1 ? 'row' : 'rows'}`;

const existing = (rows: number): string => `${rows} existing ${rows === 1 ? 'row' : 'rows'}`;
