import { freePort } from '#workers/services/free-port';
import type { CommandEnd } from './start-command.ts';

export const period = { start: '2026-01-01', end: '2026-01-04' };

/** Rivers of each way to plan calls: by days, by filters with names, by a list, by campaigns, and once. */
export const rivers = {
  details: {
    report: 'customer-action-details-by-date',
    period,
    chunks: { every: 'daily', size: 2 },
    target: { table: 'details' },
  },
  actions: {
    report: 'customers-by-action',
    period,
    filters: { actions: ['Free Spins', 15] },
    target: { table: 'actions' },
  },
  groups: { report: 'actions-by-target-group', period, target: { table: 'groups' } },
  sends: { report: 'customer-send-details-by-campaign', period, target: { table: 'sends' } },
  channels: { report: 'execution-channels', target: { table: 'channels' } },
};

/** The keys of a run's result, in their order. */
export const resultKeys = [
  'river',
  'workflowId',
  'runId',
  'retryOf',
  'status',
  'period',
  'chunks',
  'rows',
  'calls',
  'failedChunks',
  'warnings',
  'startedAt',
  'finishedAt',
  'callCounts',
];

/** What stands on standard output, which must be one JSON document and nothing else. */
export function documentOf<T = Record<string, unknown>>({ stdout }: CommandEnd): T {
  return JSON.parse(stdout) as T;
}

/** An address of this machine where nobody listens. */
export const nowhere = async (): Promise<string> => `127.0.0.1:${await freePort()}`;
