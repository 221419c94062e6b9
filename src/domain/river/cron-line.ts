import { Cron, CronPattern } from 'croner';

/**
 * A schedule's cron line. croner reads it, here and nowhere else, by the rules that Temporal's schedules have: five fields, `5/10` goes
 * on to the field's end, and a day of the month and a day of the week must both fit.
 */
const options = { mode: '5-part', timezone: 'UTC', sloppyRanges: true, domAndDow: true } as const;

/** First and last value of minute, hour, day of the month, month and day of the week. */
const ranges = [
  [0, 59],
  [0, 23],
  [1, 31],
  [1, 12],
  [0, 6],
] as const;

/** The values of each of the five fields of a cron line. */
type CronFields = readonly ReadonlySet<number>[];

/** croner also takes L, W, # and ?, nicknames such as @daily, seconds, and `/5` for every fifth; Temporal's schedules do not. */
const temporalFields = /^[\d*,/-]+ [\d*,/-]+ [\d*,/-]+ [\da-z*,/-]+ [\da-z*,/-]+$/i;
const withoutPrefix = /(^|[ ,])\//;

/** Whether Temporal takes the line, and it comes due at some time: 30 February is well formed and never comes. */
export function isCron(cron: string): boolean {
  const line = toOneSpace(cron);
  if (!temporalFields.test(line) || withoutPrefix.test(line)) return false;
  try {
    return nextStarts(line, new Date('2024-01-01T00:00:00Z'), 1).length > 0;
  } catch {
    return false;
  }
}

/** What an accepted line stands for. */
export function cronFields(cron: string): CronFields {
  const { minute, hour, day, month, dayOfWeek } = new CronPattern(toOneSpace(cron), 'UTC', options);
  return [minute, hour, day, month, dayOfWeek].map((flags, at) => {
    // croner keeps a flag for each value, counted from the field's first one; Sunday is 0 and 7.
    const [first, last] = ranges[at] ?? [0, 0];
    return new Set(flags.flatMap((isSet, place) => (isSet && place + first <= last ? [place + first] : [])));
  });
}

/** When an accepted line next comes due, in UTC. */
export const nextStarts = (cron: string, after: Date, count: number): Date[] =>
  new Cron(toOneSpace(cron), options).nextRuns(count, after);

/** The longest time between two starts of an accepted line, in milliseconds, as it comes due in two years. */
export function longestInterval(cron: string): number {
  const fields = cronFields(cron);
  const [minutes = new Set<number>(), hours = new Set<number>()] = fields;
  const ofDay = [...hours]
    .flatMap((hour) => [...minutes].map((minute) => hour * 60 + minute))
    .sort((a, b) => a - b);
  let longest = 0;
  let last: number | undefined;
  for (let day = 0; day < 731; day += 1) {
    const date = new Date(Date.UTC(2027, 0, 1 + day)).toISOString().slice(0, 10);
    if (startsOnDay(fields, date) === 0) continue;
    for (const minute of ofDay) {
      const start = day * 1_440 + minute;
      longest = Math.max(longest, start - (last ?? start));
      last = start;
    }
  }
  return longest * 60_000;
}

/** The fields in one fixed spelling, so that two lines which mean the same are the same: `0,30 6 * * 1-5`. */
export const cronText = (fields: CronFields): string =>
  ranges.map(([first, last], at) => fieldText(fields[at] ?? new Set(), last - first + 1)).join(' ');

function fieldText(values: ReadonlySet<number>, all: number): string {
  if (values.size === all) return '*';
  const runs: { first: number; last: number }[] = [];
  for (const value of [...values].sort((a, b) => a - b)) {
    const open = runs.at(-1);
    if (open && open.last === value - 1) open.last = value;
    else runs.push({ first: value, last: value });
  }
  return runs.map((run) => (run.first === run.last ? `${run.first}` : `${run.first}-${run.last}`)).join(',');
}

/** What a person may not expect of a cron line, by Temporal's rules. */
export function cronWarnings(cron: string): string[] {
  const line = toOneSpace(cron);
  const [, , days = '*', , weekdays = '*'] = line.split(' ');
  const spelledOut = spellOutRanges(line);
  const isEvery = (field: string) => /^\*(\/1)?$/.test(field);
  return [
    ...(spelledOut === line ? [] : [`its cron line ${line} means ${spelledOut}`]),
    ...(isEvery(days) || isEvery(weekdays)
      ? []
      : [
          `its cron line names a day of the month (${days}) and a day of the week (${weekdays}): Temporal starts it only on days that are both`,
        ]),
  ];
}

/** `5/10` as `5-59/10`. */
const spellOutRanges = (line: string): string =>
  line
    .split(' ')
    .map((field, at) => field.replace(/(?<=^|,)(\w+)\/(?=\d)/g, `$1-${ranges[at]?.[1]}/`))
    .join(' ');

const toOneSpace = (cron: string): string => cron.trim().replaceAll(/\s+/g, ' ');

/** How often a line comes due on a day. */
export function startsOnDay([minutes, hours, days, months, weekdays]: CronFields, day: string): number {
  const [, month, date] = day.split('-').map(Number);
  const weekday = new Date(`${day}T00:00:00Z`).getUTCDay();
  const fits = days?.has(date ?? 0) && months?.has(month ?? 0) && weekdays?.has(weekday);
  return fits ? (minutes?.size ?? 0) * (hours?.size ?? 0) : 0;
}
