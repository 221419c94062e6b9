import type { RiverCoverage } from '#control/cover-river';
import { type CoveredDay, coverageText, type DayState, dayStates, dayStateWords } from '#domain/run/coverage';
import { colors } from './terminal.ts';

/** Each state has a character of its own, which is known without its colour as well. */
const marks: Readonly<Record<DayState, string>> = {
  loaded: '█',
  provisional: '▒',
  emptied: '0',
  failed: 'x',
  pending: '~',
  missing: '?',
  forgotten: '-',
};

/** A day of which nothing is known. */
const unknown = '·';

const paint: Readonly<Record<DayState, (text: string) => string>> = {
  loaded: colors.green,
  provisional: colors.yellow,
  emptied: colors.cyan,
  failed: colors.red,
  pending: colors.blue,
  missing: colors.red,
  forgotten: colors.dim,
};

/** A river's days as a calendar: a line for each month, a character for each day, and what they mean. */
export function showDays({ river, warehouse, table, days }: RiverCoverage): string {
  const title = `${river} in ${warehouse}.${table}: ${coverageText(days)}`;
  const [first, last] = [days[0]?.day, days.at(-1)?.day];
  if (first === undefined || last === undefined) return `${title}.`;
  const byDay = new Map(days.map((day) => [day.day, day]));
  const states = new Set(days.map(({ state }) => state));
  return [
    title,
    '',
    `         1${' '.repeat(8)}10${' '.repeat(8)}20${' '.repeat(8)}30`,
    ...listMonths(first, last).map((month) => showMonth(month, byDay)),
    '',
    ...dayStates
      .filter((state) => states.has(state))
      .map((state) => `${paint[state](marks[state])}  ${dayStateWords[state]}`),
    ...listErrors(days),
  ].join('\n');
}

/** `2026-01`, `2026-02`, …: every month from that of the first day to that of the last. */
function listMonths(first: string, last: string): string[] {
  const months: string[] = [];
  let [year = 0, month = 0] = first.split('-').map(Number);
  for (;;) {
    const text = `${String(year).padStart(4, '0')}-${String(month).padStart(2, '0')}`;
    if (text > last.slice(0, 7)) return months;
    months.push(text);
    [year, month] = month === 12 ? [year + 1, 1] : [year, month + 1];
  }
}

function showMonth(month: string, byDay: ReadonlyMap<string, CoveredDay>): string {
  const [year = 0, number = 0] = month.split('-').map(Number);
  const length = new Date(Date.UTC(year, number, 0)).getUTCDate();
  const days = Array.from({ length }, (_, at) => {
    const state = byDay.get(`${month}-${String(at + 1).padStart(2, '0')}`)?.state;
    return state === undefined ? colors.dim(unknown) : paint[state](marks[state]);
  });
  return `${month}  ${days.join('')}`;
}

/** Why days are not loaded, each reason once. */
function listErrors(days: readonly CoveredDay[]): string[] {
  const failed = days.filter(({ error }) => error !== null);
  const reasons = Map.groupBy(failed, ({ error }) => error);
  return [...reasons].map(
    ([error, [first, ...more]]) =>
      `${first?.day}${more.length > 0 ? ` and ${more.length} more` : ''}: ${error}${first?.workflowId ? ` (run ${first.workflowId})` : ''}`,
  );
}
