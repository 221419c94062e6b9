import { findReportByEndpoint } from '../catalogue/index.ts';
import type { Axis, Report } from '../catalogue/report.ts';
import type { Chunk } from '../chunk/chunk.ts';
import { hidesColumns } from '../column/chosen-columns.ts';
import { snakeCase, type Value } from '../column/column.ts';
import { listColumns } from '../column/river-table.ts';
import { type Day, eachDay } from '../period/date-range.ts';
import type { RiverSetting } from '../river/river.ts';
import { type Call, callKey, type Parameter } from './call.ts';
import type { Discovered } from './discovery.ts';
import { pruningSlices } from './prune.ts';
import { snapshotDay } from './scope.ts';
import type { Selection } from './selection.ts';

/** The input of a slice's calls: small lists, never their product. */
export interface DataPlan {
  /** With the river's overrides applied (`effectiveReport`). */
  readonly report: Report;
  readonly river: Pick<RiverSetting, 'columns' | 'filters' | 'includeControlGroup' | 'overrides'>;
  readonly selection: Selection;
  readonly chunk: Chunk;
  /** A data slice of the report. */
  readonly slice: string;
  /** What the chunk's list slices have found; empty for a report without any. */
  readonly discovered: readonly Discovered[];
  readonly runDay: Day;
}

/** The slices of every chunk of a report, by name. */
export interface Slices {
  /** Pulled first, one after the other: their rows plan the calls of the next ones and are not loaded. */
  readonly list: readonly string[];
  readonly data: readonly string[];
}

/** The values of RecipientGroupID. */
export const recipientGroups: readonly number[] = Object.freeze([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);

/** The slices of a report's chunks; one activity works through each. */
export function listSlices(report: Report, prune = false): Slices {
  const sliced = report.axes.some(({ over }) => over === 'recipientGroup');
  const discovers = report.axes.some(({ over }) => over === 'campaign');
  return {
    list: discovers ? ['campaigns'] : prune ? pruningSlices(report) : [],
    data: sliced ? recipientGroups.map((group) => `recipient group ${group}`) : ['all'],
  };
}

/** The RecipientGroupID of a data slice. */
function readRecipientGroup(slice: string): number {
  const group = recipientGroups.find((each) => slice === `recipient group ${each}`);
  if (group === undefined) throw new RangeError(`not the slice of a recipient group: ${slice}`);
  return group;
}

/** The data calls of a slice, one by one, in the order of the report's axes. */
export function* planDataCalls(plan: DataPlan): Generator<Call> {
  const { report } = plan;
  const answer = {
    columns: listColumns(report, plan.river),
    isGuessed: report.keysAreGuessed === true || !findReportByEndpoint(report.endpoint),
  };
  const axes = report.axes.map((axis) => listSteps(axis, plan, [...eachDay(plan.chunk)]));
  const everyCall = constantParameters(plan);
  const names = new Set(report.columns.map(({ name }) => name));
  const snapshot = stampSnapshot(plan);
  const isPrivate = hidesColumns(plan.river.columns) || undefined;
  for (const steps of nested(axes)) {
    const own = steps.flatMap(({ parameters }) => parameters);
    const stamps = Object.fromEntries(
      steps.flatMap((step) => step.stamps).filter(([name]) => names.has(name)),
    );
    const keep = steps.find((step) => step.keep)?.keep;
    yield {
      key: callKey(
        report.endpoint,
        steps.flatMap((step) => step.key ?? step.parameters),
      ),
      kind: 'data',
      answer,
      endpoint: report.endpoint,
      parameters: Object.fromEntries(
        sentParameters([...own, ...everyCall], plan.river.overrides?.parameters),
      ),
      stamps: { ...snapshot, ...stamps },
      pages: report.pages,
      ...(isPrivate && { isPrivate }),
      ...(keep && { keep }),
    };
  }
}

/** One step of each axis at a time, the first axis slowest. */
function* nested(axes: readonly (readonly Step[])[]): Generator<Step[]> {
  const [outer, ...inner] = axes;
  if (!outer) return yield [];
  for (const step of outer) for (const steps of nested(inner)) yield [step, ...steps];
}

function constantParameters({ report, river, selection }: DataPlan): Parameter[] {
  const attributes = report.filters.includes('customerAttributes') ? selection.customerAttributes : undefined;
  const parameters: Parameter[] = Object.entries(report.parameters);
  if (attributes) parameters.push(['CustomerAttributes', attributes.join(';')]);
  if (report.controlGroup && river.includeControlGroup) parameters.push(['IncludeControlGroup', 'true']);
  return parameters;
}

/** Our parameters under the names that a river's overrides send them by; null is not sent. */
function sentParameters(
  parameters: readonly Parameter[],
  renamed: Readonly<Record<string, string | null>> = {},
): Parameter[] {
  return parameters.flatMap(([name, value]) => {
    const sent = renamed[name] === undefined ? name : renamed[name];
    return sent === null ? [] : [[sent, value] as const];
  });
}

function stampSnapshot({ report, selection, runDay }: DataPlan): Record<string, Value> {
  const { snapshot } = report;
  return snapshot ? { [snapshot.column]: snapshotDay(snapshot, selection, runDay) } : {};
}

/** One value of an axis: what it sets on the call. */
interface Step {
  readonly parameters: readonly Parameter[];
  readonly stamps: readonly (readonly [column: string, value: Value])[];
  /** What it adds to the call's key, where that is more than its parameters. */
  readonly key?: readonly Parameter[];
  readonly keep?: Call['keep'];
}

/** The values that an axis runs over, in order. */
function listSteps(axis: Axis, plan: DataPlan, days: readonly Day[]): Step[] {
  const { selection } = plan;
  switch (axis.over) {
    case 'day':
      return days.map((day) => ({ parameters: [[axis.parameter, day]], stamps: [[axis.stamp, day]] }));
    case 'recipientGroup':
      return [step(axis.parameter, readRecipientGroup(plan.slice))];
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
 * The day is part of the key and not of the call: the API's call takes none.
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
