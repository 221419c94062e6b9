import { reportOfEndpoint } from '../catalogue/index.ts';
import { campaignsOfChannelList, campaignsOfDayList } from '../catalogue/lists.ts';
import type { Report } from '../catalogue/report.ts';
import type { Chunk } from '../chunk/chunk.ts';
import type { Value } from '../column/column.ts';
import { columnsOfRiver } from '../column/columns-of-river.ts';
import { type Day, daysOf } from '../period/day.ts';
import type { Call } from './call.ts';
import { callKey, type Parameter } from './call-key.ts';
import type { DataPlan } from './data-plan.ts';
import { listCall } from './list-calls.ts';
import type { Selection } from './selection.ts';
import { type Step, stepsOfAxis } from './steps-of-axis.ts';

/** The calls that find the campaigns of a chunk: one a day, or one a day and channel. */
export function* planListCalls(report: Report, selection: Selection, chunk: Chunk): Generator<Call> {
  if (!report.axes.some(({ over }) => over === 'campaign')) return;
  const channels = selection.executionChannels;
  for (const day of daysOfChunk(chunk)) {
    const stamps = { found_on: day };
    if (!channels) yield listCall(campaignsOfDayList, [['Date', day]], stamps);
    for (const channel of channels ?? []) {
      const parameters: Parameter[] = [
        ['Date', day],
        ['ChannelID', String(channel)],
      ];
      yield listCall(campaignsOfChannelList, parameters, { ...stamps, channel_id: channel });
    }
  }
}

/** The data calls of a slice, one by one, in the order of the report's axes. */
export function* planDataCalls(plan: DataPlan): Generator<Call> {
  const { report } = plan;
  const answer = {
    columns: columnsOfRiver(report, plan.river),
    isGuessed: report.keysAreGuessed === true || !reportOfEndpoint(report.endpoint),
  };
  const axes = report.axes.map((axis) => stepsOfAxis(axis, plan, daysOfChunk(plan.chunk)));
  const everyCall = constantParameters(plan);
  const names = new Set(report.columns.map(({ name }) => name));
  const snapshot = snapshotOf(plan);
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
      ...(keep && { keep }),
    };
  }
}

function daysOfChunk(chunk: Chunk): Day[] {
  return chunk.start === null ? [] : [...daysOf(chunk)];
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

function snapshotOf({ report, selection, runDay }: DataPlan): Record<string, Value> {
  if (report.snapshot === 'data_date') return { data_date: selection.dataDate ?? runDay };
  return report.snapshot === 'snapshot_date' ? { snapshot_date: runDay } : {};
}
