import type { NotifyEvent } from '#domain/river/river';
import type { NotifyRefusalRequest } from './contract.ts';
import type { ActivityPorts } from './ports.ts';
import { tell } from './tell.ts';

/** Tells of a run that failed before it was opened (a warehouse that lets nobody in, say), where its river is configured. */
export const notifyRefusal =
  (ports: ActivityPorts) =>
  (request: NotifyRefusalRequest): Promise<NotifyEvent | null> =>
    tell(ports, request, async () => false);
