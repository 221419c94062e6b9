import type { Calendar } from './calendar.ts';
import type { Population } from './customers.ts';
import { dayOfNumber } from './day.ts';
import type { DayPlans } from './day-plan.ts';
import { promoCodes, someChannels } from './day-plan.ts';
import type { Definitions } from './definitions.ts';
import type { Random } from './random.ts';
import { remember } from './remember.ts';
import type { WorldSize } from './size.ts';

export interface Campaign {
  readonly id: number;
  /** The day on which it began. */
  readonly begins: number;
  /** On how many days in a row it is found. */
  readonly days: number;
  readonly targetGroup: number;
  readonly type: string;
  readonly duration: number;
  readonly leadTime: number;
  readonly notes: string;
  readonly recurs: boolean;
  readonly failed: boolean;
  readonly error: string;
  readonly channels: readonly number[];
  readonly actions: readonly number[];
  /** What it is made after: twins share audience, actions and channels, so their rows are equal. */
  readonly model: number;
  readonly audience: number;
  readonly controls: number;
  customerAt(n: number): number;
  promoCodesOf(action: number): readonly string[];
}

export interface Campaigns {
  /** Found on a day, whenever begun. */
  foundOn(day: number): readonly Campaign[];
  begunOn(day: number): readonly Campaign[];
  byId(id: number): Campaign | undefined;
}

/** A campaign's id holds the day it began on, so that everything about it follows from its id. */
const idsPerDay = 1000;
const idsFrom = 25_000;
const longest = 3;
const notes = ['', 'Spring "sale"', 'Zeile 1\nZeile 2', 'a\tb\\c', '50 % off – d’été', ''];

export function createCampaigns(
  random: Random,
  size: WorldSize,
  definitions: Definitions,
  population: Population,
  plans: DayPlans,
  calendar: Calendar,
): Campaigns {
  const channels = definitions.channels.map((channel) => channel.id);
  const groups = definitions.targetGroups.map((group) => group.id);
  const actions = definitions.actions.map((action) => action.id);

  function make(begins: number, index: number): Campaign {
    const twin = index % 2 === 1 && random.share('twin', begins, index) < 0.4;
    const model = twin ? index - 1 : index;
    const chance = random.hash('campaign', begins, model);
    const failed = random.hash('failed', begins, index) % 9 === 0;
    const ran = plans.of(begins).map((execution) => execution.targetGroup);
    const audience = random.between(size.rowsPerCall, 'audience', begins, model);
    const start = random.hash('audience from', begins, model) % population.size;
    const first = chance % actions.length;
    const second = (first + 1) % actions.length;
    return {
      id: (begins + idsFrom) * idsPerDay + index,
      begins,
      days: random.pick([1, 1, 2, 1, longest, 1], 'days', begins, index),
      targetGroup: random.pick(ran.length > 0 ? ran : groups, 'campaign of', begins, index),
      type: random.pick(['Test/Control', 'Test Only', 'A/B'], 'type', begins, index),
      duration: random.pick([1, 3, 7, 14], 'campaign duration', begins, model),
      leadTime: chance % 4,
      notes: random.pick(notes, 'notes', begins, index),
      recurs: (chance >>> 6) % 5 === 0,
      failed,
      error: failed ? 'Channel "down": timed out' : '',
      channels: someChannels(random, channels, 'campaign', begins, model),
      actions: [first, second]
        .slice(0, first !== second && (chance >>> 9) % 2 === 0 ? 2 : 1)
        .map((at) => actions[at] ?? 0),
      model: begins * idsPerDay + model,
      audience: failed ? 0 : audience,
      controls: failed ? 0 : Math.ceil(audience / 8),
      customerAt: (n) => population.nth(start, n),
      promoCodesOf: (action) => promoCodes(random, action, 'campaign', begins, index),
    };
  }

  function begunOn(day: number): readonly Campaign[] {
    const visible = calendar.visible(day);
    const count = Math.ceil(random.between(size.campaignsPerDay, 'campaigns', day) * visible);
    return Array.from({ length: count }, (_, index) => make(day, index));
  }
  const begun = remember(begunOn, 100);

  return {
    begunOn: begun,
    foundOn: (day) =>
      calendar.visible(day) === 0
        ? []
        : Array.from({ length: longest }, (_, back) =>
            begun(day - back).filter((campaign) => campaign.days > back),
          ).flat(),
    byId(id) {
      const begins = Math.floor(id / idsPerDay) - idsFrom;
      return dayIsNear(begins) ? begun(begins)[id % idsPerDay] : undefined;
    },
  };
}

/** Ids come from outside: one that no day of four-digit years bears is nobody's. */
function dayIsNear(day: number): boolean {
  return Math.abs(day) < 700_000 && dayOfNumber(day).length === 10;
}
