import type { NotifyEvent } from '../domain/river/notify-setting.ts';
import { eventOf, notificationOf, slackTextOf } from '../domain/run/notification.ts';
import type { NotifyRefusalRequest } from './contract.ts';
import type { ActivityPorts } from './ports.ts';

/**
 * Tells of a run that failed before it was opened (a warehouse that lets nobody in, say), where its river is one that is
 * configured and says whom to tell. Answers what was told; null where there was nothing to tell.
 */
export const notifyRefusal =
  (ports: ActivityPorts) =>
  async ({ to, result, error }: NotifyRefusalRequest): Promise<NotifyEvent | null> => {
    const { notifications } = await ports.configurations.current();
    const told = notifications.get(result.river);
    const url = told?.[to];
    if (!told || !url) return null;
    const event = eventOf(result, false, told.on);
    if (!event) return null;
    const body =
      to === 'slack' ? { text: slackTextOf(event, result, error) } : notificationOf(event, result, error);
    await ports.post(url, body, `the ${to} of river ${result.river}`);
    return event;
  };
