import type { Calendar } from './calendar.ts';
import type { Definitions, WorldSize } from './definitions.ts';
import type { Population } from './population.ts';
import type { Random } from './random.ts';
import { memoize } from './random.ts';

/** One target group ran one action for one recipient group on one day. */
export interface Execution {
  readonly day: number;
  readonly targetGroup: number;
  readonly recipientGroup: number;
  readonly action: number;
  readonly channels: readonly number[];
  /** In days. It depends on the action alone, so everything of an action that ends on a day began on one day. */
  readonly duration: number;
  readonly leadTime: number;
  readonly promoCodes: readonly string[];
  /** The number of customers, and the nth of them. */
  readonly count: number;
  customerAt(n: number): number;
}

/** The possible durations of an action, in days. */
export const durations: readonly number[] = [1, 2, 3, 7];

export interface DayPlans {
  /** Everything that ran on a day: the reports by action, by target group and by date all follow from it. */
  on(day: number): readonly Execution[];
}

export function createDayPlans(
  random: Random,
  size: WorldSize,
  definitions: Definitions,
  population: Population,
  calendar: Calendar,
): DayPlans {
  const groups = definitions.targetGroups.map((group) => group.id);
  const channels = definitions.channels.map((channel) => channel.id);

  function planDay(day: number): readonly Execution[] {
    const visible = calendar.visible(day);
    if (visible === 0) return [];
    const today = groups.filter((group) => random.share('group ran', day, group) < 0.75);
    const ran = today.length > 0 ? today : groups;
    return definitions.actions.flatMap(({ id: action }) =>
      size.recipientGroups.flatMap((recipientGroup) =>
        random.share('ran', day, action, recipientGroup) < size.busyShare
          ? planExecutions(day, action, recipientGroup, visible, ran)
          : [],
      ),
    );
  }

  /** The customers of an action in a recipient group, assigned to one or two target groups of the day. */
  function planExecutions(
    day: number,
    action: number,
    recipientGroup: number,
    visible: number,
    groups: readonly number[],
  ): Execution[] {
    const all = random.between(size.rowsPerCall, 'customers', day, action, recipientGroup);
    const count = Math.ceil(all * visible);
    const start = random.hash('first customer', day, action, recipientGroup) % population.groupSize;
    const first = random.hash('target group', day, action, recipientGroup) % groups.length;
    const split = groups.length > 1 && random.share('split', day, action, recipientGroup) < 0.25;
    const cut = split ? Math.ceil(count * 0.6) : count;

    const execution = (targetGroupAt: number, from: number, to: number): Execution => {
      const targetGroup = groups[targetGroupAt % groups.length] ?? 0;
      return {
        day,
        targetGroup,
        recipientGroup,
        action,
        channels: someChannels(random, channels, 'ran on', day, action, recipientGroup),
        duration: random.pick(durations, 'duration', action),
        leadTime: random.hash('lead time', action) % 3,
        promoCodes: makePromoCodes(random, action, day, targetGroup, recipientGroup),
        count: to - from,
        customerAt: (n) => population.nthOfGroup(recipientGroup, start + from, n),
      };
    };
    return split
      ? [execution(first, 0, cut), execution(first + 1, cut, count)]
      : [execution(first, 0, count)];
  }

  return { on: memoize(planDay, 100) };
}

/** Mostly one channel, sometimes two. */
export function someChannels(
  random: Random,
  channels: readonly number[],
  ...parts: readonly (string | number)[]
): readonly number[] {
  const chance = random.hash('channels', ...parts);
  const at = chance % channels.length;
  const first = channels[at] ?? 0;
  const second = channels[(at + 1) % channels.length] ?? 0;
  return second !== first && (chance >>> 8) % 3 === 0 ? [first, second] : [first];
}

/** None, one or two different codes; one may be empty. */
export function makePromoCodes(
  random: Random,
  action: number,
  ...parts: readonly (string | number)[]
): readonly string[] {
  const chance = random.hash('promo', action, ...parts);
  const code = `HEP-${(chance >>> 4).toString(36).toUpperCase()}`;
  const codes = [[], [code], [code, `${code} "½"`], ['']] as const;
  return codes[chance % codes.length] ?? [];
}
