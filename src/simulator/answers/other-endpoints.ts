import { templatesOfChannel } from '../world/campaigns.ts';
import {
  actionDetailsByTargetGroup,
  actionsByTargetGroup,
  allActions,
  campaignDetails,
  customerAttributes,
  executedCampaignChannelDetails,
  executedCampaignDetails,
  executedCampaignsByChannel,
  executionChannels,
  lifecycleStages,
  promoCodes,
  promoCodesByCampaign,
  promoCodesByTargetGroup,
  targetGroupDetails,
  targetGroupsByDate,
} from '../world/reports/groups-and-actions.ts';
import { rowsFrom } from '../world/row-list.ts';
import { BadRequestError, type CallParameters, type Endpoints } from './endpoint.ts';

/** The twelve reports about target groups, actions and campaigns; none of them has pages. */
export const groupsAndActions: Endpoints = {
  'groups/GetTargetGroupsByDate': {
    report: 16,
    pages: false,
    rows: (core, parameters) => targetGroupsByDate(core, { day: parameters.day('Date') }),
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
    rows: (core, parameters) => actionsByTargetGroup(core, groupAndDay(parameters)),
  },
  'actions/GetPromoCodes': {
    report: 20,
    pages: false,
    rows: (core, parameters) => promoCodes(core, { day: parameters.day('Date') }),
  },
  'actions/GetPromoCodesByCampaign': {
    report: 21,
    pages: false,
    rows: (core, parameters) => promoCodesByCampaign(core, { campaign: parameters.integer('CampaignID') }),
  },
  'actions/GetPromoCodesByTargetGroup': {
    report: 22,
    pages: false,
    rows: (core, parameters) => promoCodesByTargetGroup(core, groupAndDay(parameters)),
  },
  'actions/GetActionDetailsByTargetGroup': {
    report: 23,
    pages: false,
    rows: (core, parameters) => actionDetailsByTargetGroup(core, groupAndDay(parameters)),
  },
  'actions/GetExecutedCampaignDetails': {
    report: 24,
    pages: false,
    rows: (core, parameters) => executedCampaignDetails(core, { day: parameters.day('Date') }),
  },
  'actions/GetExecutionChannels': {
    report: 25,
    pages: false,
    rows: (core) => executionChannels(core),
  },
  'actions/GetExecutedCampaignChannelDetails': {
    report: 26,
    pages: false,
    rows: (core, parameters) =>
      executedCampaignChannelDetails(core, {
        campaign: parameters.integer('CampaignID'),
        channel: parameters.integer('ChannelID'),
      }),
  },
  'actions/GetExecutedCampaignsByChannel': {
    report: 27,
    pages: false,
    rows: (core, parameters) =>
      executedCampaignsByChannel(core, {
        channel: parameters.integer('ChannelID'),
        day: parameters.day('Date'),
      }),
  },
};

function groupAndDay(parameters: CallParameters) {
  return { targetGroup: parameters.integer('TargetGroupID'), day: parameters.day('Date') };
}

/** The other calls: lists to choice from, names and ids, and the last data update. */
export const supportingCalls: Endpoints = {
  'general/GetLastDataUpdate': {
    object: (core) => ({ Date: core.lastDataUpdate }),
  },
  'model/GetLifecycleStageList': {
    pages: false,
    rows: (core) => lifecycleStages(core),
  },
  'model/GetCustomerAttributeList': {
    pages: false,
    rows: (core) => customerAttributes(core),
  },
  'actions/GetActionName': {
    object: (core, parameters) => ({
      ActionName: findName(core.definitions.actions, parameters, 'ActionID'),
    }),
  },
  'actions/GetActionID': {
    object: (core, parameters) => ({ ActionID: findId(core.definitions.actions, parameters, 'ActionName') }),
  },
  'actions/GetCampaignDetails': {
    object(core, parameters) {
      const campaign = core.campaigns.byId(parameters.integer('CampaignID'));
      if (!campaign) throw new BadRequestError(`There is no CampaignID ${parameters.text('CampaignID')}`);
      return {
        ...campaignDetails(campaign),
        TestGroupSize: campaign.audience,
        ControlGroupSize: campaign.controls,
        Channels: campaign.channels.map((Id) => ({ Id })),
      };
    },
  },
  'groups/GetTargetGroupName': {
    object: (core, parameters) => ({
      TargetGroupName: findName(core.definitions.targetGroups, parameters, 'TargetGroupID'),
    }),
  },
  'groups/GetTargetGroupID': {
    object: (core, parameters) => ({
      TargetGroupID: findId(core.definitions.targetGroups, parameters, 'TargetGroupName'),
    }),
  },
  'integrations/GetChannelTemplates': {
    pages: false,
    rows: (_core, parameters) =>
      rowsFrom(templatesOfChannel(parameters.integer('ChannelID')), ({ id, name }) => ({
        TemplateID: id,
        TemplateName: name,
      })),
  },
};

interface Named {
  readonly id: number;
  readonly name: string;
}

function findName(list: readonly Named[], parameters: CallParameters, parameter: string): string {
  const id = parameters.integer(parameter);
  const found = list.find((one) => one.id === id);
  if (!found) throw new BadRequestError(`There is no ${parameter} ${id}`);
  return found.name;
}

function findId(list: readonly Named[], parameters: CallParameters, parameter: string): number {
  const name = parameters.text(parameter).toLowerCase();
  const found = list.find((one) => one.name.toLowerCase() === name);
  if (!found) throw new BadRequestError(`There is no ${parameter} "${name}"`);
  return found.id;
}
