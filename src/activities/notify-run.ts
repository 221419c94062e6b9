import type { NotifyEvent } from '#domain/river/river';
import { buildNotification, selectEvent, slackText } from '#domain/run/notification';
import type { NotifyRefusalRequest, NotifyRequest } from './contract.ts';
import type { ActivityPorts } from './ports.ts';
import type { EndReading, Warehouses } from './warehouse-ports.ts';

/** Tells how a run has ended that was opened. */
export const notifyRun =
  (ports: Pick<ActivityPorts, 'configurations' | 'post'> & Warehouses<EndReading>) =>
  ({ run, to, result }: NotifyRequest): Promise<NotifyEvent | null> =>
    tell(ports, { to, result, error: null }, () => hasRecovered(ports, { run, to, result }));

/** A run that is retried had not loaded everything. */
async function hasRecovered(ports: Warehouses<EndReading>, { run, result }: NotifyRequest): Promise<boolean> {
  if (result.status !== 'succeeded') return false;
  if (result.retryOf !== null) return true;
  const warehouse = await ports.warehouse(run.warehouse);
  return (await warehouse.readEndBefore(run.river, run.runId)) === 'failed';
}

/** Tells of a run that failed before it was opened (its warehouse refused the login, say), where its river is configured. */
export const notifyRefusal =
  (ports: Pick<ActivityPorts, 'configurations' | 'post'>) =>
  (request: NotifyRefusalRequest): Promise<NotifyEvent | null> =>
    tell(ports, request, async () => false);

type Told = Omit<NotifyRefusalRequest, 'error'> & {
  /** Why a run failed that was never opened; of the others the result says it. */
  readonly error: string | null;
};

/**
 * Tells one of those who are to be told how a run has ended. Where to, and of what, the configuration says now: a URL is a
 * secret and stands in no history. Answers what was told; null where there was nothing to tell.
 */
async function tell(
  ports: Pick<ActivityPorts, 'configurations' | 'post'>,
  { to, result, error }: Told,
  hasRecovered: () => Promise<boolean>,
): Promise<NotifyEvent | null> {
  const { notifications } = await ports.configurations.current();
  const told = notifications.get(result.river);
  const url = told?.[to];
  if (!told || !url) return null;
  const event = selectEvent(result, await hasRecovered(), told.on);
  if (!event) return null;
  const body =
    to === 'slack' ? { text: slackText(event, result, error) } : buildNotification(event, result, error);
  await ports.post(url, body, `the ${to} of river ${result.river}`);
  return event;
}
