import { campaignsOfChannelList, campaignsOfDayList } from '../catalogue/lists.ts';
import type { Report } from '../catalogue/report.ts';
import type { Chunk } from '../chunk/chunk.ts';
import { type Day, eachDay } from '../period/date-range.ts';
import { type Call, type Id, type Parameter, readId } from './call.ts';
import { type ListPage, listCall, noId } from './list-calls.ts';
import type { Selection } from './selection.ts';

/** The calls that find the campaigns of a chunk: one a day, or one a day and channel. */
export function* planListCalls(report: Report, selection: Selection, chunk: Chunk): Generator<Call> {
  if (!report.axes.some(({ over }) => over === 'campaign')) return;
  const channels = selection.executionChannels;
  for (const day of eachDay(chunk)) {
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

/** A campaign found on a day, with its channel where it was looked for by channel. */
export interface Discovered {
  readonly foundOn: Day;
  readonly campaignId: Id;
  readonly channelId: Id | null;
}

/**
 * The campaigns that the list slices of a chunk have found (rows fitted by `fitListRows`), each once and in the order of day,
 * campaign and channel, whatever the order they were staged in. A row without an id is refused: its campaign would be left out.
 */
export async function readDiscovered(slices: Iterable<AsyncIterable<ListPage>>): Promise<Discovered[]> {
  const found = new Map<string, Discovered>();
  for (const pages of slices) {
    for await (const page of pages) {
      const [day, campaign, channel] = ['found_on', 'campaign_id', 'channel_id'].map((name) =>
        page.columns.indexOf(name),
      ) as [number, number, number];
      for (const [at, row] of page.rows.entries()) {
        const foundOn = String(row[day]);
        const campaignId = readId(row[campaign]);
        if (campaignId === undefined) throw noId(page.call, at + 1, 'campaign_id');
        const channelId = channel < 0 ? null : readId(row[channel]);
        if (channelId === undefined) throw noId(page.call, at + 1, 'channel_id');
        found.set(`${foundOn} ${campaignId} ${channelId ?? ''}`, { foundOn, campaignId, channelId });
      }
    }
  }
  return [...found.values()].sort(inOrder);
}

function inOrder(one: Discovered, other: Discovered): number {
  if (one.foundOn !== other.foundOn) return one.foundOn < other.foundOn ? -1 : 1;
  const byCampaign = compareIds(one.campaignId, other.campaignId);
  return byCampaign === 0 ? compareIds(one.channelId ?? 0, other.channelId ?? 0) : byCampaign;
}

/** Ids may come as texts of digits; shorter digits are smaller numbers. */
function compareIds(one: Id, other: Id): number {
  const [a, b] = [String(one), String(other)];
  if (a === b) return 0;
  return a.length === b.length ? (a < b ? -1 : 1) : a.length - b.length;
}
