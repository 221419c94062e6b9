import {
  executedCampaignChannelDetails,
  executedCampaignDetails,
  executedCampaignsByChannel,
  promoCodesByCampaign,
} from '../world/reports/campaigns.ts';
import { allActions, executionChannels, targetGroupDetails } from '../world/reports/definitions.ts';
import {
  actionDetailsByTargetGroup,
  actionsByTargetGroup,
  promoCodes,
  promoCodesByTargetGroup,
  targetGroupsByDate,
} from '../world/reports/target-groups.ts';
import type { Asked } from './asked.ts';
import type { Endpoints } from './endpoint.ts';

/** The twelve reports about target groups, actions and campaigns: none pages. */
export const groupsAndActions: Endpoints = {
  'groups/GetTargetGroupsByDate': {
    report: 16,
    pages: false,
    rows: (core, asked) => targetGroupsByDate(core, { day: asked.day('Date') }),
  },
  'groups/GetTargetGroupDetails': {
    report: 17,
    pages: false,
    rows: (core) => targetGroupDetails(core),
  },
  'actions/GetAllActions': {
    report: 18,
    pages: false,
    rows: (core) => allActions(core),
  },
  'actions/GetActionsByTargetGroup': {
    report: 19,
    pages: false,
    rows: (core, asked) => actionsByTargetGroup(core, groupAndDay(asked)),
  },
  'actions/GetPromoCodes': {
    report: 20,
    pages: false,
    rows: (core, asked) => promoCodes(core, { day: asked.day('Date') }),
  },
  'actions/GetPromoCodesByCampaign': {
    report: 21,
    pages: false,
    rows: (core, asked) => promoCodesByCampaign(core, { campaign: asked.integer('CampaignID') }),
  },
  'actions/GetPromoCodesByTargetGroup': {
    report: 22,
    pages: false,
    rows: (core, asked) => promoCodesByTargetGroup(core, groupAndDay(asked)),
  },
  'actions/GetActionDetailsByTargetGroup': {
    report: 23,
    pages: false,
    rows: (core, asked) => actionDetailsByTargetGroup(core, groupAndDay(asked)),
  },
  'actions/GetExecutedCampaignDetails': {
    report: 24,
    pages: false,
    rows: (core, asked) => executedCampaignDetails(core, { day: asked.day('Date') }),
  },
  'actions/GetExecutionChannels': {
    report: 25,
    pages: false,
    rows: (core) => executionChannels(core),
  },
  'actions/GetExecutedCampaignChannelDetails': {
    report: 26,
    pages: false,
    rows: (core, asked) =>
      executedCampaignChannelDetails(core, {
        campaign: asked.integer('CampaignID'),
        channel: asked.integer('ChannelID'),
      }),
  },
  'actions/GetExecutedCampaignsByChannel': {
    report: 27,
    pages: false,
    rows: (core, asked) =>
      executedCampaignsByChannel(core, { channel: asked.integer('ChannelID'), day: asked.day('Date') }),
  },
};

function groupAndDay(asked: Asked) {
  return { targetGroup: asked.integer('TargetGroupID'), day: asked.day('Date') };
}
