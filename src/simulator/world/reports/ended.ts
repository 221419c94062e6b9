import type { Core } from '../core.ts';
import { dayOfNumber } from '../day.ts';
import { durations } from '../day-plan.ts';
import { concatLists, type RowList, rowList } from '../row-list.ts';

/** Report 8: what began `Duration` days before the day asked. `Date` is the day on which it began. */
export function customerActionEndedByDate(core: Core, ask: { day: number }): RowList {
  const ended = durations.flatMap((duration) =>
    core.plans.of(ask.day - duration).filter((execution) => execution.duration === duration),
  );
  return concatLists(
    ended.flatMap((execution) =>
      execution.channels.map((channel) =>
        rowList(execution.count, (n) => ({
          CustomerID: core.population.idOf(execution.customerAt(n)),
          ActionID: execution.action,
          ChannelID: channel,
          Date: dayOfNumber(execution.day),
          Duration: execution.duration,
          TargetGroupID: execution.targetGroup,
        })),
      ),
    ),
  );
}
