import type { Campaign } from '../campaigns.ts';
import type { Core } from '../core.ts';
import { type RowList, rowsFrom } from '../row-list.ts';
import { sendsOf } from '../sends.ts';

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
  const sends = sendsOf(core, campaign, ask.channel);
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
        (campaign?.promoCodesOf(action) ?? []).map((code) => ({ recipientGroup, action, code })),
      ),
  );
  return rowsFrom(rows, ({ recipientGroup, action, code }) => ({
    RecipientGroupID: recipientGroup,
    ActionID: action,
    PromoCode: code,
  }));
}
