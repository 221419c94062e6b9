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
  /** What makes its answer smaller or needless: the advice where it is too large. */
  readonly askForLess?: string;
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
  actions: pickList('actions', allActions, 'action_id', 'action_name'),
  targetGroups: pickList('targetGroups', targetGroupDetails, 'target_group_id', 'target_group_name'),
  executionChannels: pickList('executionChannels', executionChannels, 'channel_id', 'channel_name'),
  lifecycleStages: pickList(
    'lifecycleStages',
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
  askForLess: 'With executionChannels chosen the campaigns are asked for channel by channel',
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
  askForLess: 'Without prune this list is not asked for',
});

/** The actions of a target group on a day, each with its recipient group. */
export const actionsOfGroupList: List = Object.freeze<List>({
  endpoint: actionsByTargetGroup.endpoint,
  columns: actionsByTargetGroup.columns,
  traits: { per: 'day' },
  askForLess: 'Without prune this list is not asked for',
});

/** All lists that River reads. */
export const lists: readonly List[] = [
  ...Object.values(pickLists),
  lastDataUpdateList,
  campaignsOfDayList,
  campaignsOfChannelList,
  groupsOfDayList,
  actionsOfGroupList,
];

/** The list that this endpoint answers. */
export function findList(endpoint: string): List {
  const list = lists.find((known) => known.endpoint === endpoint);
  if (!list) throw new RangeError(`no list call: ${endpoint}`);
  return list;
}

function pickList(
  filter: ListedFilter,
  { endpoint, columns }: { readonly endpoint: string; readonly columns: readonly Column[] },
  idColumn: string,
  nameColumn: string,
): PickList {
  return Object.freeze<PickList>({
    endpoint,
    columns,
    traits: { per: 'run' },
    askForLess: `Give ids in the filter ${filter}: they need no list`,
    idColumn,
    nameColumn,
  });
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
