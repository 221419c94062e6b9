import type { ChunkProgress } from '#domain/run/progress';
import type { KnownOfRun } from '#domain/run/sentences';

/** A state of a run that is under way, how it ends, what is known of it, and what is said. The page docs/states.md is printed from these. */
export interface StateCase {
  readonly state: string;
  readonly ends: string;
  readonly known: Partial<KnownOfRun>;
  readonly said: string;
}

const aChunk = (chunk: string, slicesPulled: number): ChunkProgress => ({
  chunk,
  state: 'pulling',
  rows: 0,
  calls: 0,
  attempts: 1,
  slicesPulled,
  slices: 10,
  error: null,
});
const since = '2026-01-31T15:32:05.000Z';
const until = '2026-01-31T15:40:12.345Z';
const waiting = { slices: 10, until, isTried: false } as const;
const away = { on: 'connection', reason: 'connection reset', since, tries: 8, nextAt: until } as const;
const full = { on: 'warehouse', warehouse: 'prod', reason: 'disk full', since } as const;
const failing = {
  step: 'commitChunk',
  error: 'WarehouseUnavailableError: The warehouse prod is not there.',
  tries: 5,
} as const;

export const stateCases: readonly StateCase[] = [
  { state: 'it is opened', ends: 'by itself', known: { state: 'opening' }, said: 'Opening the run.' },
  {
    state: 'it pulls',
    ends: 'by itself',
    known: { recent: [aChunk('2026-01-01/2026-01-02', 3), aChunk('2026-01-03/2026-01-04', 0)] },
    said: 'Pulling 2026-01-01 to 2026-01-02 and 1 more.',
  },
  {
    state: 'its open chunks are loaded into the table',
    ends: 'by itself',
    known: { recent: [aChunk('2026-01-01/2026-01-02', 10)] },
    said: 'Loading 2026-01-01 to 2026-01-02.',
  },
  {
    state: 'all its chunks are loaded and overwrite the table',
    ends: 'as the one before',
    known: { state: 'overwriting' },
    said: 'Replacing the content of the table.',
  },
  { state: 'it is closed', ends: 'by itself', known: { state: 'closing' }, said: 'Closing the run.' },
  {
    state: 'the windows of the budget are used up',
    ends: 'at that time ([budget](budget.md))',
    known: { waits: [{ on: 'quota', ...waiting }], waitingUntil: until, expectedEnd: until },
    said: 'Waiting for quota until 2026-01-31 15:40:12 UTC. The run will not end before 2026-01-31 15:40:12 UTC.',
  },
  {
    state: 'the same for some slices, while others are under way',
    ends: 'by itself',
    known: { waits: [{ on: 'quota', ...waiting }] },
    said: 'Pulling.',
  },
  {
    state: 'the API has answered 429',
    ends: 'at that time, or with `river budget --lift <connection>`',
    known: { waits: [{ on: 'throttle', ...waiting }], waitingUntil: until },
    said: 'Throttled by the API (429) until 2026-01-31 15:40:12 UTC.',
  },
  {
    state: 'the API has answered a sign-in with 429',
    ends: 'with the first sign-in that is answered',
    known: { waits: [{ on: 'sign-in', ...waiting }], waitingUntil: until },
    said: 'The API has answered the sign-in with 429; the next try is at 2026-01-31 15:40:12 UTC.',
  },
  {
    state: 'the connection answers no call',
    ends: 'when Optimove answers; after `giveUpAfter` the run fails ([after a long outage](repair.md#after-a-long-outage))',
    known: { waits: [{ ...away, isOutage: true, ...waiting }] },
    said: 'Optimove has not answered since 2026-01-31 15:32:05 UTC (connection reset), try 8, next at 2026-01-31 15:40:12 UTC.',
  },
  {
    state: 'the same, while one call probes it',
    ends: 'as the one before',
    known: { waits: [{ ...away, isOutage: true, ...waiting, isTried: true }] },
    said: 'Optimove has not answered since 2026-01-31 15:32:05 UTC (connection reset), try 9 is under way.',
  },
  {
    state: 'one call keeps failing, and others are answered',
    ends: 'when it is answered; after `giveUpAfter` its chunk fails',
    known: { waits: [{ ...away, reason: 'answered 500', ...waiting }] },
    said: 'Optimove has not answered one of the calls since 2026-01-31 15:32:05 UTC (answered 500), try 8, next at 2026-01-31 15:40:12 UTC.',
  },
  {
    state: 'a call has been waiting long for its answer (on the command line)',
    ends: 'with the answer, or after `callTimeout` (5 minutes); then it is sent again',
    known: { recent: [aChunk('2026-01-01/2026-01-02', 3)], unansweredSince: since },
    said: "Pulling 2026-01-01 to 2026-01-02. A call has been waiting for Optimove's answer since 2026-01-31 15:32:05 UTC.",
  },
  {
    state: 'a commit waits for a lock of the table (Postgres; on the command line)',
    ends: 'when that session ends its transaction; end it where nobody does ([warehouses](warehouses.md#what-river-needs))',
    known: {
      recent: [aChunk('2026-01-01/2026-01-02', 10)],
      lock: { since, holder: 'process 4711 (psql)' },
    },
    said: 'Loading 2026-01-01 to 2026-01-02. The table is locked by another session, process 4711 (psql), since 2026-01-31 15:32:05 UTC or before. The run continues when that session ends its transaction.',
  },
  {
    state: 'the warehouse cannot be written to',
    ends: 'when a write succeeds: **mend what the reason names**; after `giveUpAfter` the run fails',
    known: { waits: [{ ...full, ...waiting }] },
    said: 'The warehouse prod cannot be written to (disk full): nothing is called until it can. Since 2026-01-31 15:32:05 UTC, next try at 2026-01-31 15:40:12 UTC.',
  },
  {
    state: 'the worker has no free slot for this connection',
    ends: 'when a slot is free; more workers have more slots',
    known: { waits: [{ on: 'slot', ...waiting }], waitingUntil: until },
    said: 'Waiting for a free slot: the worker already runs as many slices of this connection as it may. Next try at 2026-01-31 15:40:12 UTC.',
  },
  {
    state: 'the workflow that keeps the budget does not answer',
    ends: 'when it answers; it needs a worker (`river worker`) ([budget](budget.md#apibudget-in-temporals-web-ui))',
    known: { waits: [{ on: 'budget', ...waiting }], waitingUntil: until },
    said: 'The call budget does not answer; it is asked again at 2026-01-31 15:40:12 UTC.',
  },
  {
    state: '`waitForData`: the last day is not complete',
    ends: 'when the day is complete, at that time at the latest; then the run pulls ([what is not complete](periods-and-chunks.md#until-when-is-the-data-complete))',
    known: { waitingForDataUntil: until },
    said: 'Waiting for complete data, until 2026-01-31 15:40:12 UTC at most.',
  },
  {
    state: 'a step has failed and is retried (on the command line)',
    ends: 'when a try succeeds; after `giveUpAfter` its chunk or the run fails',
    known: { retried: [{ ...failing, nextAt: until }] },
    said: 'Loading a chunk has failed, try 5, next at 2026-01-31 15:40:12 UTC: WarehouseUnavailableError: The warehouse prod is not there.',
  },
  {
    state: 'it was paused, and calls in flight end',
    ends: 'when they have ended',
    known: { state: 'pausing', pausedSince: since },
    said: 'Pausing since 2026-01-31 15:32:05 UTC: calls in flight end, no new ones begin.',
  },
  {
    state: 'it is paused',
    ends: '**never by itself**: resume it, or cancel it',
    known: { state: 'paused', pausedSince: since, workflowId: 'nightly-1' },
    said: 'Paused since 2026-01-31 15:32:05 UTC. Resume it with: river resume nightly-1',
  },
  {
    state: 'no worker answers for it (on the command line)',
    ends: '**never by itself**: start a worker',
    known: { noWorkerSince: since, unansweredSince: since, retried: [{ ...failing, nextAt: null }] },
    said: 'No worker has reported since 2026-01-31 15:32:05 UTC. The run continues when one is started: river worker',
  },
  {
    state: 'the same, and Temporal knows of no earlier worker',
    ends: '**never by itself**: start a worker',
    known: { noWorkerSince: null },
    said: 'No worker has reported. The run continues when one is started: river worker',
  },
];
