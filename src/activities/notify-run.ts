import type { NotifyEvent } from '#domain/river/river';
import type { NotifyRequest } from './contract.ts';
import type { ActivityPorts } from './ports.ts';
import { tell } from './tell.ts';

/** Tells how a run has ended that was opened. */
export const notifyRun =
  (ports: ActivityPorts) =>
  ({ run, to, result }: NotifyRequest): Promise<NotifyEvent | null> =>
    tell(ports, { to, result, error: null }, () => hasRecovered(ports, { run, to, result }));

/** Whoever retries a run has one that had not loaded everything. */
async function hasRecovered(ports: ActivityPorts, { run, result }: NotifyRequest): Promise<boolean> {
  if (result.status !== 'succeeded') return false;
  if (result.retryOf !== null) return true;
  const warehouse = await ports.warehouse(run.warehouse);
  return (await warehouse.endBefore(run.river, run.runId)) === 'failed';
}
