import { campaignDetails } from '../world/reports/campaigns.ts';
import { customerAttributes, lifecycleStages } from '../world/reports/definitions.ts';
import { rowsFrom } from '../world/row-list.ts';
import { templatesOfChannel } from '../world/sends.ts';
import { type Asked, BadRequestError } from './asked.ts';
import type { Endpoints } from './endpoint.ts';

/** The calls that are no reports: lists to choose from, names and ids, and how far the data reaches. */
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
    object: (core, asked) => ({ ActionName: nameOf(core.definitions.actions, asked, 'ActionID') }),
  },
  'actions/GetActionID': {
    object: (core, asked) => ({ ActionID: idOf(core.definitions.actions, asked, 'ActionName') }),
  },
  'actions/GetCampaignDetails': {
    object(core, asked) {
      const campaign = core.campaigns.byId(asked.integer('CampaignID'));
      if (!campaign) throw new BadRequestError(`There is no CampaignID ${asked.text('CampaignID')}`);
      return {
        ...campaignDetails(campaign),
        TestGroupSize: campaign.audience,
        ControlGroupSize: campaign.controls,
        Channels: campaign.channels.map((Id) => ({ Id })),
      };
    },
  },
  'groups/GetTargetGroupName': {
    object: (core, asked) => ({
      TargetGroupName: nameOf(core.definitions.targetGroups, asked, 'TargetGroupID'),
    }),
  },
  'groups/GetTargetGroupID': {
    object: (core, asked) => ({
      TargetGroupID: idOf(core.definitions.targetGroups, asked, 'TargetGroupName'),
    }),
  },
  'integrations/GetChannelTemplates': {
    pages: false,
    rows: (_core, asked) =>
      rowsFrom(templatesOfChannel(asked.integer('ChannelID')), ({ id, name }) => ({
        TemplateID: id,
        TemplateName: name,
      })),
  },
};

interface Named {
  readonly id: number;
  readonly name: string;
}

function nameOf(list: readonly Named[], asked: Asked, parameter: string): string {
  const id = asked.integer(parameter);
  const found = list.find((one) => one.id === id);
  if (!found) throw new BadRequestError(`There is no ${parameter} ${id}`);
  return found.name;
}

function idOf(list: readonly Named[], asked: Asked, parameter: string): number {
  const name = asked.text(parameter).toLowerCase();
  const found = list.find((one) => one.name.toLowerCase() === name);
  if (!found) throw new BadRequestError(`There is no ${parameter} "${name}"`);
  return found.id;
}
