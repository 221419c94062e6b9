import type { Campaign } from '../campaigns.ts';
import type { Core } from '../core.ts';
import { dayOfNumber, numberOfDay } from '../day.ts';
import { concatLists, type Row, type RowList, stampRows } from '../row-list.ts';
import type { Wanted } from './wanted.ts';

export function each<T>(values: readonly T[], listOf: (value: T) => RowList): RowList {
  return concatLists(values.map(listOf));
}

export function perDay(wanted: Wanted, listOf: (day: number, date: string) => RowList): RowList {
  return each(wanted.days ?? [], (date) => {
    const day = numberOfDay(date);
    if (day === undefined) throw new RangeError(`"${date}" is no day; write it as 2026-01-31`);
    return listOf(day, date);
  });
}

export function perDayAndGroup(
  core: Core,
  wanted: Wanted,
  listOf: (day: number, targetGroup: number) => RowList,
): RowList {
  return perDay(wanted, (day, date) =>
    each(wanted.targetGroups ?? ids(core.definitions.targetGroups), (targetGroup) =>
      stampRows(listOf(day, targetGroup), { Date: date, TargetGroupID: targetGroup }),
    ),
  );
}

/** Each campaign once for each day that lists it; with chosen channels, those that ran on one of them. */
export function perCampaign(core: Core, wanted: Wanted, listOf: (campaign: Campaign) => RowList): RowList {
  return perDay(wanted, (day) =>
    each(
      core.campaigns
        .foundOn(day)
        .filter(({ channels }) => !wanted.channels || channels.some((one) => wanted.channels?.includes(one))),
      (campaign) => stampRows(listOf(campaign), { FoundOn: dayOfNumber(day), CampaignID: campaign.id }),
    ),
  );
}

export function perCampaignAndChannel(
  core: Core,
  wanted: Wanted,
  listOf: (campaign: Campaign, channel: number) => RowList,
): RowList {
  return perCampaign(core, wanted, (campaign) =>
    each(
      campaign.channels.filter((channel) => wanted.channels?.includes(channel) ?? true),
      (channel) => stampRows(listOf(campaign, channel), { ChannelID: channel }),
    ),
  );
}

export function ids(definitions: readonly { readonly id: number }[]): readonly number[] {
  return definitions.map(({ id }) => id);
}

export function attributes(wanted: Wanted): readonly string[] {
  return wanted.attributes ?? [];
}

export function attributeAndValue({ name, value }: { readonly name: string; readonly value: string }) {
  return { attribute: name, value };
}

export function snapshot(wanted: Wanted): Row {
  return wanted.snapshotDay === undefined ? {} : { SnapshotDate: wanted.snapshotDay };
}
