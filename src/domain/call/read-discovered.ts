import type { FittedRows } from '../column/fit-rows.ts';
import type { Day } from '../period/day.ts';

/** A campaign found on a day, with its channel where it was looked for by channel. */
export interface Discovered {
  readonly foundOn: Day;
  readonly campaignId: number | string;
  readonly channelId: number | null;
}

/**
 * What the list slices of a chunk have found (rows fitted by `fitListRows`), each once and in the order of day,
 * campaign and channel, whatever the order they were staged in.
 */
export async function readDiscovered(
  slices: Iterable<AsyncIterable<Pick<FittedRows, 'columns' | 'rows'>>>,
): Promise<Discovered[]> {
  const found = new Map<string, Discovered>();
  for (const pages of slices) {
    for await (const { columns, rows } of pages) {
      const [day, campaign, channel] = ['found_on', 'campaign_id', 'channel_id'].map((name) =>
        columns.indexOf(name),
      ) as [number, number, number];
      for (const row of rows) {
        const campaignId = row[campaign];
        if (typeof campaignId !== 'number' && typeof campaignId !== 'string') continue;
        const channelId = row[channel];
        const discovered = {
          foundOn: String(row[day]),
          campaignId,
          channelId: channelId === undefined || channelId === null ? null : Number(channelId),
        };
        found.set(`${discovered.foundOn} ${campaignId} ${channelId ?? ''}`, discovered);
      }
    }
  }
  return [...found.values()].sort(inOrder);
}

function inOrder(one: Discovered, other: Discovered): number {
  if (one.foundOn !== other.foundOn) return one.foundOn < other.foundOn ? -1 : 1;
  const byCampaign = compareIds(one.campaignId, other.campaignId);
  return byCampaign === 0 ? (one.channelId ?? 0) - (other.channelId ?? 0) : byCampaign;
}

/** Ids may come as texts of digits; shorter digits are smaller numbers. */
function compareIds(one: number | string, other: number | string): number {
  const [a, b] = [String(one), String(other)];
  if (a === b) return 0;
  return a.length === b.length ? (a < b ? -1 : 1) : a.length - b.length;
}
