import type { Campaign } from './campaigns.ts';
import type { Core } from './core.ts';
import { dayOfNumber } from './day.ts';

export interface Template {
  readonly id: number;
  readonly name: string;
}

/** What one campaign sent on one channel. */
export interface Sends {
  /** How many of the audience the channel reached: all of it on the first channel, half on the second. */
  readonly reached: number;
  readonly templates: readonly (Template & { readonly list: number | undefined; readonly sendId: string })[];
  templateOf(n: number): Template;
  /** `yyyy-MM-dd HH:mm:ss`, without a zone. */
  scheduledAt(template: number, hoursLater?: number): string;
  /** Some sends bear an empty id. */
  sendIdOf(n: number, again: boolean): string;
}

export function templatesOfChannel(channel: number): readonly Template[] {
  return ['Welcome', 'Come back, "friend"', 'Ünïcode \\ 🎉'].map((name, at) => ({
    id: channel * 100 + at + 1,
    name,
  }));
}

export function sendsOf(core: Core, campaign: Campaign, channel: number): Sends {
  const { random } = core;
  const at = campaign.channels.indexOf(channel);
  const chance = random.hash('sends', campaign.id, channel);
  const used = templatesOfChannel(channel).slice(chance % 2, (chance % 2) + 2);
  const templateOf = (n: number): Template => used[n % used.length] ?? { id: 0, name: '' };
  const scheduledAt = (template: number, hoursLater = 0) => {
    const seconds = random.hash('scheduled', campaign.id, template) % 60;
    const hour = String(8 + (chance % 4) + hoursLater).padStart(2, '0');
    return `${dayOfNumber(campaign.begins)} ${hour}:30:${String(seconds).padStart(2, '0')}`;
  };
  return {
    reached: Math.ceil(campaign.audience / (at + 1)),
    templates: used.map((template, index) => ({
      ...template,
      list: random.hash('list', campaign.id, template.id) % 3 === 0 ? undefined : 100 + index,
      sendId:
        random.hash('send', campaign.id, template.id) % 3 === 0 ? '' : `L${chance.toString(36)}${index}`,
    })),
    templateOf,
    scheduledAt,
    sendIdOf: (n, again) =>
      !again && n % 11 === 0 ? '' : `${again ? 'R' : 'S'}${((chance ^ n) >>> 0).toString(36).toUpperCase()}`,
  };
}
