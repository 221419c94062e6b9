import type { Core } from '../core.ts';
import type { Execution } from '../day-plan.ts';
import { concatLists, type RowList, rowList } from '../row-list.ts';

/** Report 1. */
export function customersByAction(
  core: Core,
  ask: { day: number; action: number; recipientGroup: number; attributes: readonly string[] },
): RowList {
  const { population } = core;
  const ran = core.plans
    .of(ask.day)
    .filter(({ action, recipientGroup }) => action === ask.action && recipientGroup === ask.recipientGroup);
  return concatLists(
    ran.map((execution) =>
      rowList(execution.count, (n) => {
        const customer = execution.customerAt(n);
        return {
          CustomerID: population.idOf(customer),
          ...population.attributesOf(customer, ask.attributes),
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
  const ran = core.plans.of(ask.day).filter(({ targetGroup }) => targetGroup === ask.targetGroup);
  const recipientGroup = (id: number) => (ask.recipientGroupID ? { RecipientGroupID: id } : {});

  const treated = perChannel(ran, ask.channel, (execution, channel, customer) => ({
    CustomerID: population.idOf(customer),
    ActionID: execution.action,
    ChannelID: channel,
    ...recipientGroup(execution.recipientGroup),
    ...population.attributesOf(customer, ask.attributes),
  }));
  if (!ask.controlGroup || ask.channel !== 0 || ran.length === 0) return treated;

  const most = Math.max(1, Math.ceil(size.rowsPerCall[1] / 4));
  const start = random.hash('control group', ask.day, ask.targetGroup) % population.size;
  const controls = rowList(random.between([1, most], 'controls', ask.day, ask.targetGroup), (n) => {
    const customer = population.nth(start, n);
    return {
      CustomerID: population.idOf(customer),
      ActionID: 1,
      ChannelID: 0,
      ...recipientGroup(0),
      ...population.attributesOf(customer, ask.attributes),
    };
  });
  return concatLists([treated, controls]);
}

/** Report 7. */
export function customerActionDetailsByDate(core: Core, ask: { day: number }): RowList {
  return perChannel(core.plans.of(ask.day), 0, (execution, channel, customer) => ({
    CustomerID: core.population.idOf(customer),
    RecipientGroupID: execution.recipientGroup,
    ActionID: execution.action,
    ChannelID: channel,
  }));
}

function perChannel(
  executions: readonly Execution[],
  channelAsked: number,
  rowOf: (execution: Execution, channel: number, customer: number) => Record<string, unknown>,
): RowList {
  return concatLists(
    executions.flatMap((execution) =>
      execution.channels
        .filter((channel) => channelAsked === 0 || channel === channelAsked)
        .map((channel) =>
          rowList(execution.count, (n) => rowOf(execution, channel, execution.customerAt(n))),
        ),
    ),
  );
}
