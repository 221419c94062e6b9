import { toDayNumber, toDayText } from '../calendar.ts';
import type { Campaign } from '../campaigns.ts';
import type { Core } from '../core.ts';
import { concatLists, type Row, type RowList, stampRows } from '../row-list.ts';

/** The filters of a pull, as ids. One that is left out means all where the documentation says so. */
export interface Wanted {
  readonly days?: readonly string[];
  readonly actions?: readonly number[];
  readonly targetGroups?: readonly number[];
  readonly channels?: readonly number[];
  readonly stages?: readonly number[];
  readonly customerAttribute?: { readonly name: string; readonly value: string };
  readonly changedAttributes?: readonly string[];
  readonly events?: readonly number[];
  readonly activityEvents?: readonly (number | string)[];
  /** Requested customer attributes, in this order. */
  readonly attributes?: readonly string[];
  readonly includeControlGroup?: boolean;
  /** Stamped as `SnapshotDate` on reports 6 and 12. */
  readonly snapshotDay?: string;
}

/** All rows of a report, computed without a call. */
export type Expected = (core: Core, wanted: Wanted) => RowList;

export function each<T>(values: readonly T[], makeList: (value: T) => RowList): RowList {
  return concatLists(values.map(makeList));
}

export function perDay(wanted: Wanted, makeList: (day: number, date: string) => RowList): RowList {
  return each(wanted.days ?? [], (date) => {
    const day = toDayNumber(date);
    if (day === undefined) throw new RangeError(`"${date}" is not a day; write it as 2026-01-31`);
    return makeList(day, date);
  });
}

export function perDayAndGroup(
  core: Core,
  wanted: Wanted,
  makeList: (day: number, targetGroup: number) => RowList,
): RowList {
  return perDay(wanted, (day, date) =>
    each(wanted.targetGroups ?? ids(core.definitions.targetGroups), (targetGroup) =>
      stampRows(makeList(day, targetGroup), { Date: date, TargetGroupID: targetGroup }),
    ),
  );
}

/** Each campaign once for each day that lists it; with chosen channels, only campaigns that ran on one of them. */
export function perCampaign(core: Core, wanted: Wanted, makeList: (campaign: Campaign) => RowList): RowList {
  return perDay(wanted, (day) =>
    each(
      core.campaigns
        .foundOn(day)
        .filter(({ channels }) => !wanted.channels || channels.some((one) => wanted.channels?.includes(one))),
      (campaign) => stampRows(makeList(campaign), { FoundOn: toDayText(day), CampaignID: campaign.id }),
    ),
  );
}

export function perCampaignAndChannel(
  core: Core,
  wanted: Wanted,
  makeList: (campaign: Campaign, channel: number) => RowList,
): RowList {
  return perCampaign(core, wanted, (campaign) =>
    each(
      campaign.channels.filter((channel) => wanted.channels?.includes(channel) ?? true),
      (channel) => stampRows(makeList(campaign, channel), { ChannelID: channel }),
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
