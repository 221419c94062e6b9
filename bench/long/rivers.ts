import { dayAfter } from '../budget/rivers.ts';

/** What a run of the bench has to pull. */
export interface LongRiver {
  readonly name: string;
  readonly report: 'promo-codes' | 'customers-by-action';
  readonly calls: number;
  readonly chunks: number;
  readonly days: readonly string[];
  readonly actions: readonly number[];
  /** As river.yaml has it. */
  readonly setting: object;
}

const firstDay = '1998-01-01';
const recipientGroups = 10;
const actionsAtMost = 10;
const daysOfChunk = 10;

/** As many chunks, of one day and one call each. */
export function riverOfChunks(chunks: number): LongRiver {
  const days = daysFrom(chunks);
  return {
    ...{ name: 'chunks', report: 'promo-codes', calls: chunks, chunks, days, actions: [] },
    setting: { report: 'promo-codes', ...inDays(days, 1), target: { table: 'of_chunks' } },
  };
}

/** About as many calls, in chunks of a thousand: ten days, ten actions, ten recipient groups. */
export function riverOfCalls(calls: number): LongRiver {
  const actions = Array.from({ length: actionsAtMost }, (_, at) => 10 + at);
  const days = daysFrom(Math.ceil(calls / actionsAtMost / recipientGroups));
  return {
    ...{ name: 'calls', report: 'customers-by-action', days, actions },
    calls: days.length * actions.length * recipientGroups,
    chunks: Math.ceil(days.length / daysOfChunk),
    setting: {
      report: 'customers-by-action',
      ...inDays(days, daysOfChunk),
      filters: { actions },
      target: { table: 'of_calls' },
    },
  };
}

const daysFrom = (count: number): string[] =>
  Array.from({ length: count }, (_, at) => dayAfter(firstDay, at));

const inDays = (days: readonly string[], size: number) => ({
  period: { start: days[0], end: days.at(-1) },
  chunks: { every: 'daily', size },
});
