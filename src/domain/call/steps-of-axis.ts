import type { Axis } from '../catalogue/report.ts';
import type { Value } from '../column/column.ts';
import { snakeCase } from '../column/snake-case.ts';
import type { Day } from '../period/day.ts';
import type { Call } from './call.ts';
import type { Parameter } from './call-key.ts';
import type { DataPlan } from './data-plan.ts';
import { recipientGroupOf } from './slices.ts';

/** One value of an axis: what it sets on the call. */
export interface Step {
  readonly parameters: readonly Parameter[];
  readonly stamps: readonly (readonly [column: string, value: Value])[];
  /** What it adds to the call's key, where that is more than its parameters. */
  readonly key?: readonly Parameter[];
  readonly keep?: Call['keep'];
}

/** The values that an axis runs over, in order. */
export function stepsOfAxis(axis: Axis, plan: DataPlan, days: readonly Day[]): Step[] {
  const { selection } = plan;
  switch (axis.over) {
    case 'day':
      return days.map((day) => ({ parameters: [[axis.parameter, day]], stamps: [[axis.stamp, day]] }));
    case 'recipientGroup':
      return [step(axis.parameter, recipientGroupOf(plan.slice))];
    case 'campaign':
      return campaignSteps(axis, plan);
    case 'lifecycleStageOrAttribute': {
      const { customerAttribute, lifecycleStages } = selection;
      if (!customerAttribute)
        return selected(axis, lifecycleStages).map((id) => step('LifecycleStageID', id));
      const name = step('CustomerAttribute', customerAttribute.name);
      const value = step('CustomerAttributeValue', customerAttribute.value);
      return [
        {
          parameters: [...name.parameters, ...value.parameters],
          stamps: [...name.stamps, ...value.stamps],
        },
      ];
    }
    default: {
      const values = selection[axis.over];
      if (!values && axis.leftOut === 'omit') return [{ parameters: [], stamps: [] }];
      return selected<number | string>(axis, values).map((value) => step(axis.parameter, value));
    }
  }
}

/** A value sent as a parameter, and stamped as the parameter's column. */
function step(parameter: string, value: number | string): Step {
  return { parameters: [[parameter, String(value)]], stamps: [[snakeCase(parameter), value]] };
}

/**
 * The campaigns of the chunk, once for each day that found them; with their channels where ChannelID is sent.
 * The day is part of the key and not of the call: the API's call knows none.
 */
function campaignSteps(
  axis: Extract<Axis, { over: 'campaign' }>,
  { discovered, selection, river }: DataPlan,
): Step[] {
  const byChannel = axis.channel === 'always' || (axis.channel === 'chosen' && selection.executionChannels);
  const chosen = byChannel && river.filters.executionChannels !== undefined;
  const steps = new Map<string, Step>();
  for (const { foundOn, campaignId, channelId } of discovered) {
    const channel = byChannel && channelId !== null ? step('ChannelID', channelId) : undefined;
    const campaign = step(axis.parameter, campaignId);
    const parameters = [...campaign.parameters, ...(channel?.parameters ?? [])];
    steps.set(`${foundOn} ${campaignId} ${channel ? channelId : ''}`, {
      parameters,
      stamps: [['found_on', foundOn], ...campaign.stamps, ...(channel?.stamps ?? [])],
      key: [['found_on', foundOn], ...parameters],
      ...(chosen && { keep: { column: 'channel_id', value: channelId } }),
    });
  }
  return [...steps.values()];
}

/** A list that `resolveSelection` always gives for this axis; without it the run was never resolved. */
function selected<T>(axis: Axis, values: readonly T[] | undefined): readonly T[] {
  if (!values) throw new RangeError(`the selection lacks the values of ${axis.over}`);
  return values;
}
