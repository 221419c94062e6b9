import type { CallRecord } from '#simulator/stats';
import type { Kill } from './kill.ts';
import type { TormentedRiver } from './rivers.ts';

/** What the API's log says of a round: each call was answered, and what was sent again was sent again because of a kill. */
export function checkCalls(
  log: readonly CallRecord[],
  rivers: readonly TormentedRiver[],
  kills: readonly Kill[],
): { readonly calls: number; readonly repeated: number; readonly faults: readonly string[] } {
  const faults: string[] = [];
  // What an API that is away does not answer has to be sent again, whoever lives.
  const sent = log.filter(({ status }) => status !== 'reset' && status !== 503);
  const byCall = Map.groupBy(sent, ({ path, parameters }) =>
    JSON.stringify([path, ...Object.entries(parameters).sort()]),
  );
  for (const { name, endpoint, actions, calls } of rivers) {
    const own = [...byCall.values()].filter(
      ([call]) =>
        call?.path.endsWith(endpoint) === true &&
        // What is asked after a short page depends on what the process has seen.
        Number(call.parameters.$skip ?? 0) === 0 &&
        (actions === undefined || call.parameters.ActionID === String(actions[0])),
    );
    if (own.length !== calls) faults.push(`${name}: ${own.length} calls were sent and ${calls} are needed.`);
  }
  let repeated = 0;
  for (const [call, times] of byCall) {
    repeated += times.length - 1;
    for (const [k, again] of times.slice(1).entries()) {
      const first = times[k];
      if (first && !isBetween(kills, first, again))
        faults.push(`A call was repeated, and nothing was killed in between: ${call}.`);
    }
  }
  return { calls: log.length, repeated, faults };
}

/** Whether a kill can be why a call that was sent once was sent again. */
function isBetween(kills: readonly Kill[], first: CallRecord, again: CallRecord): boolean {
  const [from, to] = [Date.parse(first.at), Date.parse(again.at)];
  return kills.some(({ beganAt, endedAt }) => beganAt <= to && endedAt >= from);
}
