import { msToTs, optionalTsToDate } from '@temporalio/common/lib/time.js';
import type { TemporalClient } from '../connect-temporal.ts';
import { scheduleIdOf } from './known-schedules.ts';

/** When Temporal would start a river between two instants (milliseconds, the first excluded, the last included); a thousand at most. */
export async function matchingTimes(
  { client, namespace }: TemporalClient,
  river: string,
  from: number,
  to: number,
): Promise<string[]> {
  const { startTime } = await client.workflowService.listScheduleMatchingTimes({
    namespace,
    scheduleId: scheduleIdOf(river),
    startTime: msToTs(from),
    endTime: msToTs(to),
  });
  return (startTime ?? []).flatMap((at) => optionalTsToDate(at)?.toISOString() ?? []);
}
