import type { ActivityPorts } from './ports.ts';
import { untilStopped } from './stop-signals.ts';

/**
 * The same activities, but each says that it lives while it works: one whose worker was killed is then missed within
 * its heartbeat timeout, and not only when its whole time has passed.
 */
export function beating<A extends object>(ports: Pick<ActivityPorts, 'runs' | 'draining'>, activities: A): A {
  const wrapped = Object.entries(activities).map(([name, activity]) => [
    name,
    (...args: unknown[]) => untilStopped(ports, async () => activity(...args)),
  ]);
  return Object.fromEntries(wrapped) as A;
}
