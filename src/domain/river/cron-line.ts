/** Values that a field of a cron line stands for, and the names that some of them have. */
interface Field {
  readonly first: number;
  readonly last: number;
  readonly names: readonly string[];
}

const names = (text: string): string[] => text.split(' ');

/** Minute, hour, day of the month, month, day of the week. */
const fields: readonly Field[] = [
  { first: 0, last: 59, names: [] },
  { first: 0, last: 23, names: [] },
  { first: 1, last: 31, names: [] },
  { first: 1, last: 12, names: names('JAN FEB MAR APR MAY JUN JUL AUG SEP OCT NOV DEC') },
  { first: 0, last: 6, names: names('SUN MON TUE WED THU FRI SAT') },
];

/** The values of each of the five fields of a cron line. */
type CronFields = readonly ReadonlySet<number>[];

/** What a cron line stands for; the line is one that the configuration has accepted. */
export function cronFields(cron: string): CronFields {
  const texts = cron.trim().split(/\s+/);
  return fields.map(
    (field, at) => new Set((texts[at] ?? '*').split(',').flatMap((part) => readValues(part, field))),
  );
}

/** The line with `5/10` as a range: Temporal goes on to the field's end. */
export const withRanges = (cron: string): string =>
  splitFields(cron)
    .map((parts, at) =>
      parts.map((part) => part.replace(/^(\w+)\/(?=\d)/, `$1-${fields[at]?.last}/`)).join(','),
    )
    .join(' ');

const splitFields = (cron: string): string[][] =>
  cron
    .trim()
    .split(/\s+/)
    .map((field) => field.split(','));

/** What a person may not expect of a cron line, by Temporal's rules. */
export function oddities(cron: string): string[] {
  const ranged = withRanges(cron);
  const [, , days = '*', , weekdays = '*'] = splitFields(cron).map((parts) => parts.join(','));
  const isEvery = (field: string) => /^\*(\/1)?$/.test(field);
  return [
    ...(ranged === cron.trim().replaceAll(/\s+/g, ' ')
      ? []
      : [`its cron line ${cron.trim()} means ${ranged}`]),
    ...(isEvery(days) || isEvery(weekdays)
      ? []
      : [
          `its cron line names a day of the month (${days}) and a day of the week (${weekdays}): Temporal starts it only on days that are both`,
        ]),
  ];
}

/** The line in one fixed spelling, so that two which mean the same are the same: `0,30 6 * * 1-5`. */
export const cronText = (line: CronFields): string =>
  fields.map((field, at) => fieldText(line[at] ?? new Set(), field)).join(' ');

function readValues(part: string, field: Field): number[] {
  const [range = '', step] = part.split('/');
  const [from = '', to] = range.split('-');
  const first = from === '*' ? field.first : readValue(from, field);
  // `5/10` goes on to the field's end.
  const last =
    from === '*' || (to === undefined && step !== undefined) ? field.last : readValue(to ?? from, field);
  const values: number[] = [];
  for (let value = first; value <= last; value += Number(step ?? 1)) values.push(value);
  // Sunday is 0 and 7.
  return values.map((value) => (field.last === 6 && value === 7 ? 0 : value));
}

function readValue(text: string, field: Field): number {
  const named = field.names.indexOf(text.slice(0, 3).toUpperCase());
  return named < 0 ? Number(text) : field.first + named;
}

function fieldText(values: ReadonlySet<number>, { first, last }: Field): string {
  if (values.size === last - first + 1) return '*';
  const runs: { first: number; last: number }[] = [];
  for (const value of [...values].sort((a, b) => a - b)) {
    const open = runs.at(-1);
    if (open && open.last === value - 1) open.last = value;
    else runs.push({ first: value, last: value });
  }
  return runs.map((run) => (run.first === run.last ? `${run.first}` : `${run.first}-${run.last}`)).join(',');
}

/** How often a line comes due on a day. Day of the month and day of the week must both fit, as Temporal has it. */
export function startsOnDay([minutes, hours, days, months, weekdays]: CronFields, day: string): number {
  const [, month, date] = day.split('-').map(Number);
  const weekday = new Date(`${day}T00:00:00Z`).getUTCDay();
  const fits = days?.has(date ?? 0) && months?.has(month ?? 0) && weekdays?.has(weekday);
  return fits ? (minutes?.size ?? 0) * (hours?.size ?? 0) : 0;
}
