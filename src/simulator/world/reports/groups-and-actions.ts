import { type Campaign, planSends } from '../campaigns.ts';
import type { Core } from '../core.ts';
import type { Execution } from '../day-plan.ts';
import { type RowList, rowsFrom } from '../row-list.ts';

/** Report 17. */
export function targetGroupDetails(core: Core): RowList {
  return rowsFrom(core.definitions.targetGroups, ({ id, name, priority }) => ({
    TargetGroupID: id,
    TargetGroupName: name,
    TargetGroupPriority: priority,
  }));
}

/** Report 18. */
export function allActions(core: Core): RowList {
  return rowsFrom(core.definitions.actions, ({ id, name }) => ({ ActionID: id, ActionName: name }));
}

/** Report 25. */
export function executionChannels(core: Core): RowList {
  return rowsFrom(core.definitions.channels, ({ id, name }) => ({ ChannelID: id, ChannelName: name }));
}

export function lifecycleStages(core: Core): RowList {
  return rowsFrom(core.definitions.stages, ({ id, name }) => ({ StageID: id, StageName: name }));
}

export function customerAttributes(core: Core): RowList {
  return rowsFrom(core.attributes, (name) => ({
    RealFieldName: name,
    Description: `The customer's ${name}`,
  }));
}

/** Report 16: the target groups that ran anything on the day, each once. */
export function targetGroupsByDate(core: Core, ask: { day: number }): RowList {
  const ran = new Set(core.plans.on(ask.day).map((execution) => execution.targetGroup));
  return rowsFrom(
    [...ran].sort((one, other) => one - other),
    (TargetGroupID) => ({ TargetGroupID }),
  );
}

/** Report 19. */
export function actionsByTargetGroup(core: Core, ask: { day: number; targetGroup: number }): RowList {
  return rowsFrom(ranBy(core, ask), (execution) => ({
    RecipientGroupID: execution.recipientGroup,
    ActionID: execution.action,
  }));
}

/** Report 23. */
export function actionDetailsByTargetGroup(core: Core, ask: { day: number; targetGroup: number }): RowList {
  const perChannel = ranBy(core, ask).flatMap((execution) =>
    execution.channels.map((channel) => ({ execution, channel })),
  );
  return rowsFrom(perChannel, ({ execution, channel }) => ({
    RecipientGroupID: execution.recipientGroup,
    ActionID: execution.action,
    Duration: execution.duration,
    LeadTime: execution.leadTime,
    ChannelID: channel,
  }));
}

/** Report 20. */
export function promoCodes(core: Core, ask: { day: number }): RowList {
  return rowsFrom(withCodes(core.plans.on(ask.day)), ({ execution, code }) => ({
    TargetGroupID: execution.targetGroup,
    RecipientGroupID: execution.recipientGroup,
    ActionID: execution.action,
    PromoCode: code,
  }));
}

/** Report 22. */
export function promoCodesByTargetGroup(core: Core, ask: { day: number; targetGroup: number }): RowList {
  return rowsFrom(withCodes(ranBy(core, ask)), ({ execution, code }) => ({
    RecipientGroupID: execution.recipientGroup,
    ActionID: execution.action,
    PromoCode: code,
  }));
}

function ranBy(core: Core, ask: { day: number; targetGroup: number }): readonly Execution[] {
  return core.plans.on(ask.day).filter((execution) => execution.targetGroup === ask.targetGroup);
}

function withCodes(executions: readonly Execution[]): { execution: Execution; code: string }[] {
  return executions.flatMap((execution) => execution.promoCodes.map((code) => ({ execution, code })));
}

/** Report 24. */
export function executedCampaignDetails(core: Core, ask: { day: number }): RowList {
  return rowsFrom(core.campaigns.foundOn(ask.day), (campaign) => ({
    CampaignID: campaign.id,
    ...campaignDetails(campaign),
  }));
}

export function campaignDetails(campaign: Campaign) {
  return {
    TargetGroupID: campaign.targetGroup,
    CampaignType: campaign.type,
    Duration: campaign.duration,
    LeadTime: campaign.leadTime,
    Notes: campaign.notes,
    IsMultiChannel: campaign.channels.length > 1,
    IsRecurrence: campaign.recurs,
    Status: campaign.failed ? 'Failed' : 'Successful',
    Error: campaign.error,
  };
}

/** Report 27. */
export function executedCampaignsByChannel(core: Core, ask: { day: number; channel: number }): RowList {
  const found = core.campaigns.foundOn(ask.day).filter(({ channels }) => channels.includes(ask.channel));
  return rowsFrom(found, ({ id }) => ({ CampaignID: id }));
}

/** Report 26: the templates that a campaign sent on a channel, each once; a failed campaign sent none. */
export function executedCampaignChannelDetails(
  core: Core,
  ask: { campaign: number; channel: number },
): RowList {
  const campaign = core.campaigns.byId(ask.campaign);
  if (!campaign || campaign.failed || !campaign.channels.includes(ask.channel)) return rowsFrom([], Object);
  const sends = planSends(core.random, campaign, ask.channel);
  return rowsFrom(sends.templates, (template) => ({
    ...(template.list === undefined ? {} : { ListID: template.list }),
    SendID: template.sendId,
    TemplateID: template.id,
    ScheduledTime: sends.scheduledAt(template.id),
  }));
}

/** Report 21. */
export function promoCodesByCampaign(core: Core, ask: { campaign: number }): RowList {
  const campaign = core.campaigns.byId(ask.campaign);
  const rows = (campaign?.actions ?? []).flatMap((action) =>
    core.size.recipientGroups
      .slice(0, 2)
      .flatMap((recipientGroup) =>
        (campaign?.promoCodes(action) ?? []).map((code) => ({ recipientGroup, action, code })),
      ),
  );
  return rowsFrom(rows, ({ recipientGroup, action, code }) => ({
    RecipientGroupID: recipientGroup,
    ActionID: action,
    PromoCode: code,
  }));
}
