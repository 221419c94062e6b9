import type { Core } from '../core.ts';
import type { Execution } from '../day-plan.ts';
import { type RowList, rowsFrom } from '../row-list.ts';

/** Report 16: the target groups that ran anything on the day, each once. */
export function targetGroupsByDate(core: Core, ask: { day: number }): RowList {
  const ran = new Set(core.plans.of(ask.day).map((execution) => execution.targetGroup));
  return rowsFrom(
    [...ran].sort((one, other) => one - other),
    (TargetGroupID) => ({ TargetGroupID }),
  );
}

/** Report 19. */
export function actionsByTargetGroup(core: Core, ask: { day: number; targetGroup: number }): RowList {
  return rowsFrom(ranBy(core, ask), (execution) => ({
    RecipientGroupID: execution.recipientGroup,
    ActionID: execution.action,
  }));
}

/** Report 23. */
export function actionDetailsByTargetGroup(core: Core, ask: { day: number; targetGroup: number }): RowList {
  const perChannel = ranBy(core, ask).flatMap((execution) =>
    execution.channels.map((channel) => ({ execution, channel })),
  );
  return rowsFrom(perChannel, ({ execution, channel }) => ({
    RecipientGroupID: execution.recipientGroup,
    ActionID: execution.action,
    Duration: execution.duration,
    LeadTime: execution.leadTime,
    ChannelID: channel,
  }));
}

/** Report 20. */
export function promoCodes(core: Core, ask: { day: number }): RowList {
  return rowsFrom(withCodes(core.plans.of(ask.day)), ({ execution, code }) => ({
    TargetGroupID: execution.targetGroup,
    RecipientGroupID: execution.recipientGroup,
    ActionID: execution.action,
    PromoCode: code,
  }));
}

/** Report 22. */
export function promoCodesByTargetGroup(core: Core, ask: { day: number; targetGroup: number }): RowList {
  return rowsFrom(withCodes(ranBy(core, ask)), ({ execution, code }) => ({
    RecipientGroupID: execution.recipientGroup,
    ActionID: execution.action,
    PromoCode: code,
  }));
}

function ranBy(core: Core, ask: { day: number; targetGroup: number }): readonly Execution[] {
  return core.plans.of(ask.day).filter((execution) => execution.targetGroup === ask.targetGroup);
}

function withCodes(executions: readonly Execution[]): { execution: Execution; code: string }[] {
  return executions.flatMap((execution) => execution.promoCodes.map((code) => ({ execution, code })));
}
