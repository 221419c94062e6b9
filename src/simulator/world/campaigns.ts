import { type Calendar, toDayText } from './calendar.ts';
import { type DayPlans, makePromoCodes, someChannels } from './day-plan.ts';
import type { Definitions, WorldSize } from './definitions.ts';
import type { Population } from './population.ts';
import { memoize, type Random } from './random.ts';

export interface Campaign {
  readonly id: number;
  /** The day on which it began. */
  readonly begins: number;
  /** For how many days in a row it is listed. */
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
  readonly audience: number;
  readonly controls: number;
  customerAt(n: number): number;
  promoCodes(action: number): readonly string[];
}

export interface Campaigns {
  /** Campaigns listed on a day, also those that began earlier. */
  foundOn(day: number): readonly Campaign[];
  begunOn(day: number): readonly Campaign[];
  byId(id: number): Campaign | undefined;
}

/** The id of a campaign contains the day on which it began, so that everything about it follows from its id. */
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
    const ran = plans.on(begins).map((execution) => execution.targetGroup);
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
      audience: failed ? 0 : audience,
      controls: failed ? 0 : Math.ceil(audience / 8),
      customerAt: (n) => population.nth(start, n),
      promoCodes: (action) => makePromoCodes(random, action, 'campaign', begins, index),
    };
  }

  function begunOn(day: number): readonly Campaign[] {
    const visible = calendar.visible(day);
    const count = Math.ceil(random.between(size.campaignsPerDay, 'campaigns', day) * visible);
    return Array.from({ length: count }, (_, index) => make(day, index));
  }
  const begun = memoize(begunOn, 100);

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

/** Ids come from callers: the day in an id must have a four-digit year. */
function dayIsNear(day: number): boolean {
  return Math.abs(day) < 700_000 && toDayText(day).length === 10;
}

export interface Template {
  readonly id: number;
  readonly name: string;
}

/** What one campaign sends on one channel. */
export interface Sends {
  /** The size of the audience that the channel reaches: all of it on the first channel, half on the second. */
  readonly reached: number;
  readonly templates: readonly (Template & { readonly list: number | undefined; readonly sendId: string })[];
  template(n: number): Template;
  /** `yyyy-MM-dd HH:mm:ss`, without a zone. */
  scheduledAt(template: number, hoursLater?: number): string;
  /** Some sends have an empty id. */
  sendId(n: number, again: boolean): string;
}

export function templatesOfChannel(channel: number): readonly Template[] {
  return ['Welcome', 'Come back, "friend"', 'Ünïcode \\ 🎉'].map((name, at) => ({
    id: channel * 100 + at + 1,
    name,
  }));
}

export function planSends(random: Random, campaign: Campaign, channel: number): Sends {
  const at = campaign.channels.indexOf(channel);
  const chance = random.hash('sends', campaign.id, channel);
  const used = templatesOfChannel(channel).slice(chance % 2, (chance % 2) + 2);
  const template = (n: number): Template => used[n % used.length] ?? { id: 0, name: '' };
  const scheduledAt = (template: number, hoursLater = 0) => {
    const seconds = random.hash('scheduled', campaign.id, template) % 60;
    const hour = String(8 + (chance % 4) + hoursLater).padStart(2, '0');
    return `${toDayText(campaign.begins)} ${hour}:30:${String(seconds).padStart(2, '0')}`;
  };
  return {
    reached: Math.ceil(campaign.audience / (at + 1)),
    templates: used.map((template, index) => ({
      ...template,
      list: random.hash('list', campaign.id, template.id) % 3 === 0 ? undefined : 100 + index,
      sendId:
        random.hash('send', campaign.id, template.id) % 3 === 0 ? '' : `L${chance.toString(36)}${index}`,
    })),
    template,
    scheduledAt,
    sendId: (n, again) =>
      !again && n % 11 === 0 ? '' : `${again ? 'R' : 'S'}${((chance ^ n) >>> 0).toString(36).toUpperCase()}`,
  };
}
