import { ReportRefusedError } from '../errors.ts';
import { recipientGroups } from './slices.ts';

/** A call of a chunk and how it was answered in the end. */
export interface CallStatus {
  /** The call's key. */
  readonly call: string;
  readonly status: number;
}

/** 400 says that there is no such recipient group, or that the whole call is wrong. */
const refusal = 400;
const recipientGroup = /([?&])RecipientGroupID=(\d+)/;

/**
 * What the refusals among a chunk's calls mean, whatever else is among them: a recipient group refused with 400 has no
 * rows, and a warning says so, where not all groups of the same day and action were. Throws ReportRefusedError where
 * all of them were refused. A warning sums up all calls of one recipient group.
 */
export function refusedTogether(calls: readonly CallStatus[]): string[] {
  const refused = calls.filter(({ status }) => status === refusal);
  const timesRefused = new Map<string, number>();
  for (const { call } of refused) {
    const shared = withoutGroup(call);
    const times = (timesRefused.get(shared) ?? 0) + 1;
    timesRefused.set(shared, times);
    if (times < recipientGroups.length) continue;
    throw new ReportRefusedError(
      `Optimove refused ${shared} for every RecipientGroupID: ${refusal}. Check the filters of the river.`,
      { facts: { call: shared, status: refusal } },
    );
  }
  const byGroup = Map.groupBy(refused, ({ call }) => recipientGroup.exec(call)?.[2] ?? '');
  return [...byGroup.entries()]
    .sort(([one], [other]) => Number(one) - Number(other))
    .map(([group, [first, ...others]]) => {
      const more = others.length > 0 ? ` and ${others.length} more of its calls` : '';
      return `RecipientGroupID ${group} was refused (${refusal}) by ${first?.call}${more}; taken as no rows.`;
    });
}

function withoutGroup(call: string): string {
  return call
    .replace(recipientGroup, '$1')
    .replace(/[?&]$/, '')
    .replace(/([?&])&/, '$1');
}
