import type { Call } from './call.ts';

/** Calls without pages of which less can be asked at a time, by their names, and how. */
const ways: Readonly<Record<Call['kind'], Readonly<Record<string, string>>>> = {
  list: {
    GetAllActions: byIds('actions'),
    GetTargetGroupDetails: byIds('targetGroups'),
    GetExecutionChannels: byIds('executionChannels'),
    GetLifecycleStageList: byIds('lifecycleStages'),
    GetExecutedCampaignDetails:
      'With executionChannels chosen the campaigns are asked for channel by channel',
    GetTargetGroupsByDate: 'Without prune this list is not asked for',
    GetActionsByTargetGroup: 'Without prune this list is not asked for',
  },
  data: {
    GetPromoCodes:
      'The reports promo-codes-by-target-group and promo-codes-by-campaign ask for less at a time',
    GetExecutedCampaignDetails: 'The report executed-campaigns-by-channel asks for less at a time',
  },
};

function byIds(filter: string): string {
  return `Give ids in the filter ${filter}: they need no list`;
}

/** What asks for less at a time than this call, named by its key; undefined where nothing does. */
export function howToAskForLess(call: string, kind: Call['kind']): string | undefined {
  const name = call.split('?', 1)[0] ?? '';
  return Object.hasOwn(ways[kind], name) ? ways[kind][name] : undefined;
}
