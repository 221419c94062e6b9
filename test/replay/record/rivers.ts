import type { RunHandle } from '#control/start-run';
import { startRun } from '#control/start-run';
import type { Rivers } from '../../helpers/with-rivers.ts';

const period = { start: '2026-01-01', end: '2026-01-04' };
const details = {
  report: 'customer-action-details-by-date',
  period,
  chunks: { every: 'daily', size: 2 },
  target: { table: 'details' },
};
const actions = {
  report: 'customers-by-action',
  period,
  chunks: { every: 'daily', size: 2 },
  filters: { actions: [12] },
  target: { table: 'actions' },
};

/** The rivers whose runs are recorded. */
export const rivers = {
  details,
  /** Forty calls, in two chunks of ten slices each. */
  actions,
  sends: { report: 'customer-send-details-by-campaign', period, target: { table: 'sends' } },
  pruned: { report: 'customers-by-action', period, prune: true, target: { table: 'pruned' } },
  tracked: { ...details, period: { start: '2026-01-01' }, target: { table: 'tracked' } },
  impatient: { ...details, giveUpAfter: '5s', target: { table: 'impatient' } },
  waits: { ...details, waitForData: '6s', target: { table: 'waits' } },
};

/** Starts a run under an id of its own. */
export const started = (
  { temporal }: Rivers,
  river: keyof typeof rivers,
  workflowId: string,
): Promise<RunHandle> =>
  startRun({ ...temporal, close: async () => {} }, { river, input: { river }, workflowId });

/** As long as it takes on a busy machine. */
export const inTime = { timeout: 150_000, interval: 20 };
