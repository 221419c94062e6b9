import { setImmediate as nextTurn } from 'node:timers/promises';

/** Calls, heartbeats and the workflows' thread wait no longer than about this for what is computed between. */
const turnMs = 20;

/** Goes through the steps, and gives the event loop its turn between them. */
export async function inTurns<T>(steps: Iterator<void, T>): Promise<T> {
  for (let since = performance.now(); ; ) {
    const step = steps.next();
    if (step.done) return step.value;
    if (performance.now() - since < turnMs) continue;
    await nextTurn();
    since = performance.now();
  }
}

/** The same in one turn. */
export function atOnce<T>(steps: Iterator<void, T>): T {
  let step = steps.next();
  while (!step.done) step = steps.next();
  return step.value;
}
