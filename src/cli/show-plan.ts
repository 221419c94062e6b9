import type { Plan } from '#control/plan-river';
import { counted, table } from './terminal.ts';

/** One plan, chunk by chunk. */
export function showPlan({ river, report, at, day, period, chunks, columns, ...plan }: Plan): string {
  return [
    `${river}: report ${report}, as if run at ${at} (its day is ${day})`,
    `Period   ${period ? `${period.start} to ${period.end}, ${counted(chunks.length, 'chunk')}` : 'none: the report has no days'}`,
    `Calls    ${showCalls(plan)}`,
    `Takes    ${showTime(plan)}`,
    ...(plan.callsAhead > 0
      ? [`Shares   the budget with ${counted(plan.callsAhead, 'call')} of runs in progress`]
      : []),
    ...(plan.jobs
      ? [`Needs    ${plan.jobs.queries} queries and ${counted(plan.jobs.loads, 'load job')} in the warehouse`]
      : []),
    `Columns  ${columns.map(showColumn).join(', ')}`,
    ...plan.warnings,
    ...(period ? ['', showChunkDays(chunks)] : []),
  ].join('\n');
}

/** Several plans, a line each. */
export function showPlans(plans: readonly Plan[]): string {
  if (plans.length === 0) return 'No river is configured yet.';
  const arePaid = plans.some(({ jobs }) => jobs);
  const lines = table(
    [
      ...['river', 'report', 'period', 'chunks', 'list calls', 'data calls', 'waits for quota'],
      ...(arePaid ? ['queries', 'load jobs'] : []),
    ],
    plans.map(({ river, report, period, chunks, calls, seconds, jobs }) => [
      river,
      report,
      period ? `${period.start}/${period.end}` : null,
      chunks.length,
      calls.list,
      calls.data,
      seconds === null ? null : seconds < 1 ? 'no' : `${roundUp(seconds)} at least`,
      ...(arePaid ? [jobs?.queries ?? null, jobs?.loads ?? null] : []),
    ]),
  );
  return [lines, ...groupWarnings(plans)].join('\n');
}

function showColumn({ name, was, hashed }: Plan['columns'][number]): string {
  const said = [...(was === undefined ? [] : [was]), ...(hashed ? ['hashed'] : [])];
  return said.length === 0 ? name : `${name} (${said.join(', ')})`;
}

const showChunkDays = (chunks: Plan['chunks']): string =>
  table(
    ['chunk', 'first day', 'last day'],
    chunks.map(({ start, end }, at) => [at + 1, start, end]),
  );

function showCalls({ calls: { list, data } }: Pick<Plan, 'calls'>): string {
  const dataCalls = data === null ? 'unknown number for data' : `${data} for data`;
  return `${dataCalls}, ${list === null ? 'unknown number' : list} for lists`;
}

function showTime({ seconds, finishesAt }: Pick<Plan, 'seconds' | 'finishesAt'>): string {
  if (seconds === null) return 'unknown';
  if (seconds < 1) return "as long as the API's answers: there is no wait for quota";
  return `${roundUp(seconds)} at least${finishesAt === null ? '' : `, until ${finishesAt}`}`;
}

function roundUp(seconds: number): string {
  if (seconds < 120) return `${Math.ceil(seconds)} s`;
  const minutes = Math.ceil(seconds / 60);
  return minutes < 120 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** Each warning once, after the rivers that it concerns. */
function groupWarnings(plans: readonly Plan[]): string[] {
  const rivers = new Map<string, string[]>();
  for (const { river, warnings } of plans) {
    for (const warning of warnings) rivers.set(warning, [...(rivers.get(warning) ?? []), river]);
  }
  return [...rivers].map(([warning, names]) => `\n${names.join(', ')}: ${warning}`);
}
