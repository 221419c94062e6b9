import type { ListTraits } from '../call/call.ts';
import type { Column } from '../column/column.ts';
import { actionsByTargetGroup } from './actions/actions-by-target-group.ts';
import { allActions } from './actions/all-actions.ts';
import { executionChannels } from './actions/execution-channels.ts';
import { targetGroupDetails } from './groups/target-group-details.ts';
import { targetGroupsByDate } from './groups/target-groups-by-date.ts';
import { answered, foundOn, stamped } from './report.ts';

/** A call whose answer plans other calls: where it is, and what is read from its rows. */
export interface List {
  /** Path below the connection's base URL. */
  readonly endpoint: string;
  readonly columns: readonly Column[];
  readonly traits: ListTraits;
}

/** A list that a filter's ids and names are found in. */
export interface PickList extends List {
  readonly idColumn: string;
  readonly nameColumn: string;
}

/** The filters that Optimove has a list for. */
export type ListedFilter = 'actions' | 'targetGroups' | 'executionChannels' | 'lifecycleStages';

/** The lists that a run reads once. */
export const pickLists: Readonly<Record<ListedFilter, PickList>> = Object.freeze({
  actions: pickList(allActions, 'action_id', 'action_name'),
  targetGroups: pickList(targetGroupDetails, 'target_group_id', 'target_group_name'),
  executionChannels: pickList(executionChannels, 'channel_id', 'channel_name'),
  lifecycleStages: pickList(
    {
      endpoint: 'model/GetLifecycleStageList',
      columns: [answered('StageID', 'integer'), answered('StageName', 'text')],
    },
    'stage_id',
    'stage_name',
  ),
});

/** The day up to which Optimove's data is complete. */
export const lastDataUpdateList: List = Object.freeze<List>({
  endpoint: 'general/GetLastDataUpdate',
  columns: [answered('Date', 'date')],
  traits: { per: 'run', answersDay: true },
});

/** The campaigns executed on a day. */
export const campaignsOfDayList: List = Object.freeze<List>({
  endpoint: 'actions/GetExecutedCampaignDetails',
  columns: [foundOn, answered('CampaignID', 'integer')],
  traits: { per: 'day' },
});

/** The campaigns executed on a day on one channel: pairs of both. */
export const campaignsOfChannelList: List = Object.freeze<List>({
  endpoint: 'actions/GetExecutedCampaignsByChannel',
  columns: [foundOn, stamped('ChannelID', 'integer'), answered('CampaignID', 'integer')],
  traits: { per: 'day' },
});

/** The target groups with an action executed on a day. */
export const groupsOfDayList: List = Object.freeze<List>({
  endpoint: targetGroupsByDate.endpoint,
  columns: targetGroupsByDate.columns,
  traits: { per: 'day' },
});

/** The actions of a target group on a day, each with its recipient group. */
export const actionsOfGroupList: List = Object.freeze<List>({
  endpoint: actionsByTargetGroup.endpoint,
  columns: actionsByTargetGroup.columns,
  traits: { per: 'day' },
});

const allLists: readonly List[] = [
  ...Object.values(pickLists),
  lastDataUpdateList,
  campaignsOfDayList,
  campaignsOfChannelList,
  groupsOfDayList,
  actionsOfGroupList,
];

/** The list that this endpoint answers. */
export function listOfEndpoint(endpoint: string): List {
  const list = allLists.find((known) => known.endpoint === endpoint);
  if (!list) throw new RangeError(`no list call: ${endpoint}`);
  return list;
}

function pickList(
  { endpoint, columns }: { readonly endpoint: string; readonly columns: readonly Column[] },
  idColumn: string,
  nameColumn: string,
): PickList {
  return Object.freeze<PickList>({ endpoint, columns, traits: { per: 'run' }, idColumn, nameColumn });
}

/** The kinds of interaction that Optimove has codes for; 7 and 8 are not publicly documented. */
export const eventCodes: Readonly<Record<string, number>> = Object.freeze({
  sent: 0,
  delivered: 1,
  opened: 2,
  clicked: 3,
  unsubscribed: 4,
  dropped: 5,
  spam_report: 6,
  bounced: 9,
});

/** The names that a filter may give in place of a code. */
export const eventNames: readonly string[] = Object.freeze(Object.keys(eventCodes));
