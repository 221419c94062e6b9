import type { NotifyEvent } from '#domain/river/river';
import { buildNotification, selectEvent, slackText } from '#domain/run/notification';
import type { NotifyRefusalRequest } from './contract.ts';
import type { ActivityPorts } from './ports.ts';

export type Told = Omit<NotifyRefusalRequest, 'error'> & {
  /** Why a run failed that was never opened; of the others the result says it. */
  readonly error: string | null;
};

/**
 * Tells one of those who are to be told how a run has ended. Where to, and of what, the configuration says now: a URL is a
 * secret and stands in no history. Answers what was told; null where there was nothing to tell.
 */
export async function tell(
  ports: ActivityPorts,
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
