import type { NotifyEvent } from '../domain/river/notify-setting.ts';
import { eventOf, notificationOf, slackTextOf } from '../domain/run/notification.ts';
import type { NotifyRequest } from './contract.ts';
import type { ActivityPorts } from './ports.ts';

/**
 * Tells one of those who are to be told how a run has ended. Where to, and of what, the configuration says now: a URL is a
 * secret and stands in no history. Answers what was told; null where there was nothing to tell.
 */
export const notifyRun =
  (ports: ActivityPorts) =>
  async ({ run, to, result }: NotifyRequest): Promise<NotifyEvent | null> => {
    const { notifications } = await ports.configurations.current();
    const told = notifications.get(run.river);
    const url = told?.[to];
    if (!told || !url) return null;
    const event = eventOf(result, await hasRecovered(ports, { run, to, result }), told.on);
    if (!event) return null;
    const body = to === 'slack' ? { text: slackTextOf(event, result) } : notificationOf(event, result);
    await ports.post(url, body, `the ${to} of river ${run.river}`);
    return event;
  };

/** Whoever retries a run has one that had not loaded everything. */
async function hasRecovered(ports: ActivityPorts, { run, result }: NotifyRequest): Promise<boolean> {
  if (result.status !== 'succeeded') return false;
  if (result.retryOf !== null) return true;
  const warehouse = await ports.warehouse(run.warehouse);
  return (await warehouse.endBefore(run.river, run.runId)) === 'failed';
}
