import type { Axis, Report } from '#domain/catalogue/report';

const campaignsOfDay = 'GetExecutedCampaignDetails for each day';
const campaignsOfChannel = 'GetExecutedCampaignsByChannel for each day and channel';

/** The calls that a run makes, list calls first, in a sentence. */
export function callsOfReport({ axes, snapshot }: Report): string {
  const lists = axes.flatMap(listsOf);
  if (snapshot?.day === 'lastDataUpdate') lists.push('GetLastDataUpdate');
  const data = axes.map(timesOf).join(' × ') || '1';
  return [...lists, `${lists.length > 0 ? 'then ' : ''}${data}`].join('; ');
}

function listsOf(axis: Axis): string[] {
  const once = (list: string) => [`${list} once, where the filter names something or is left out`];
  switch (axis.over) {
    case 'actions':
      return once('GetAllActions');
    case 'targetGroups':
      return once('GetTargetGroupDetails');
    case 'executionChannels':
      return axis.leftOut === 'all'
        ? once('GetExecutionChannels')
        : ['GetExecutionChannels once, where the filter names something'];
    case 'lifecycleStageOrAttribute':
      return ['GetLifecycleStageList once, where stages are named or both filters are left out'];
    case 'campaign':
      if (axis.channel === 'always') return [...once('GetExecutionChannels'), campaignsOfChannel];
      return [
        'GetExecutionChannels once, where the filter names something',
        `${campaignsOfDay}, or ${campaignsOfChannel} where channels are chosen`,
      ];
    default:
      return [];
  }
}

function timesOf(axis: Axis): string {
  switch (axis.over) {
    case 'day':
      return 'days';
    case 'actions':
      return 'actions';
    case 'recipientGroup':
      return 'RecipientGroupID 0–9';
    case 'targetGroups':
      return 'target groups';
    case 'executionChannels':
      return axis.leftOut === 'omit' ? 'max(1, chosen channels)' : 'channels';
    case 'changedCustomerAttribute':
      return 'changed attributes';
    case 'events':
      return 'events';
    case 'activityEvents':
      return 'activity events';
    case 'lifecycleStageOrAttribute':
      return 'lifecycle stages, or 1 for `customerAttribute`';
    case 'campaign':
      if (axis.channel === 'always') return 'pairs of campaign and channel found';
      if (axis.channel === 'never') return 'campaigns found';
      return 'campaigns found, or the pairs found where channels are chosen (`ChannelID` is sent then)';
  }
}
