import { toDayText } from '../calendar.ts';
import type { Core } from '../core.ts';
import { durations, type Execution } from '../day-plan.ts';
import { concatLists, type RowList, rowList } from '../row-list.ts';

/** Report 1. */
export function customersByAction(
  core: Core,
  ask: { day: number; action: number; recipientGroup: number; attributes: readonly string[] },
): RowList {
  const { population } = core;
  const ran = core.plans
    .on(ask.day)
    .filter(({ action, recipientGroup }) => action === ask.action && recipientGroup === ask.recipientGroup);
  return concatLists(
    ran.map((execution) =>
      rowList(execution.count, (n) => {
        const customer = execution.customerAt(n);
        return {
          CustomerID: population.customerId(customer),
          ...population.attributeFields(customer, ask.attributes),
        };
      }),
    ),
  );
}

/** Report 2. Channel 0 is all channels; the control group got nothing, so no channel brings it. */
export function customerActionsByTargetGroup(
  core: Core,
  ask: {
    day: number;
    targetGroup: number;
    channel: number;
    controlGroup: boolean;
    recipientGroupID: boolean;
    attributes: readonly string[];
  },
): RowList {
  const { population, random, size } = core;
  const ran = core.plans.on(ask.day).filter(({ targetGroup }) => targetGroup === ask.targetGroup);
  const recipientGroup = (id: number) => (ask.recipientGroupID ? { RecipientGroupID: id } : {});

  const treated = perChannel(ran, ask.channel, (execution, channel, customer) => ({
    CustomerID: population.customerId(customer),
    ActionID: execution.action,
    ChannelID: channel,
    ...recipientGroup(execution.recipientGroup),
    ...population.attributeFields(customer, ask.attributes),
  }));
  if (!ask.controlGroup || ask.channel !== 0 || ran.length === 0) return treated;

  const most = Math.max(1, Math.ceil(size.rowsPerCall[1] / 4));
  const start = random.hash('control group', ask.day, ask.targetGroup) % population.size;
  const controls = rowList(random.between([1, most], 'controls', ask.day, ask.targetGroup), (n) => {
    const customer = population.nth(start, n);
    return {
      CustomerID: population.customerId(customer),
      ActionID: 1,
      ChannelID: 0,
      ...recipientGroup(0),
      ...population.attributeFields(customer, ask.attributes),
    };
  });
  return concatLists([treated, controls]);
}

/** Report 7. */
export function customerActionDetailsByDate(core: Core, ask: { day: number }): RowList {
  return perChannel(core.plans.on(ask.day), 0, (execution, channel, customer) => ({
    CustomerID: core.population.customerId(customer),
    RecipientGroupID: execution.recipientGroup,
    ActionID: execution.action,
    ChannelID: channel,
  }));
}

function perChannel(
  executions: readonly Execution[],
  channelAsked: number,
  makeRow: (execution: Execution, channel: number, customer: number) => Record<string, unknown>,
): RowList {
  return concatLists(
    executions.flatMap((execution) =>
      execution.channels
        .filter((channel) => channelAsked === 0 || channel === channelAsked)
        .map((channel) =>
          rowList(execution.count, (n) => makeRow(execution, channel, execution.customerAt(n))),
        ),
    ),
  );
}

/** Report 8: what began `Duration` days before the day asked. `Date` is the day on which it began. */
export function customerActionEndedByDate(core: Core, ask: { day: number }): RowList {
  const ended = durations.flatMap((duration) =>
    core.plans.on(ask.day - duration).filter((execution) => execution.duration === duration),
  );
  return concatLists(
    ended.flatMap((execution) =>
      execution.channels.map((channel) =>
        rowList(execution.count, (n) => ({
          CustomerID: core.population.customerId(execution.customerAt(n)),
          ActionID: execution.action,
          ChannelID: channel,
          Date: toDayText(execution.day),
          Duration: execution.duration,
          TargetGroupID: execution.targetGroup,
        })),
      ),
    ),
  );
}
