import { toDayNumber, toDayText } from '../calendar.ts';
import type { Campaign } from '../campaigns.ts';
import { planSends, type Sends } from '../campaigns.ts';
import type { Core } from '../core.ts';
import { concatLists, type RowList, rowList } from '../row-list.ts';

/** Report 3: all customers of one-time campaigns that began on the day. Rows do not name their campaign. */
export function customerOneTimeActionsByDate(
  core: Core,
  ask: { day: number; controlGroup: boolean; attributes: readonly string[] },
): RowList {
  return concatLists(
    core.campaigns
      .begunOn(ask.day)
      .map((campaign) => oneTimeActions(core, campaign, { ...ask, channel: 0, recipientGroup: false })),
  );
}

/** Report 4. Channel 0 is all channels. */
export function customerOneTimeActionsByCampaign(
  core: Core,
  ask: { campaign: number; channel: number; controlGroup: boolean; attributes: readonly string[] },
): RowList {
  const campaign = core.campaigns.byId(ask.campaign);
  return campaign ? oneTimeActions(core, campaign, { ...ask, recipientGroup: true }) : concatLists([]);
}

function oneTimeActions(
  core: Core,
  campaign: Campaign,
  ask: { channel: number; controlGroup: boolean; recipientGroup: boolean; attributes: readonly string[] },
): RowList {
  if (campaign.recurs) return concatLists([]);
  const { population, size } = core;
  const row = (customer: number, recipientGroup: number, action: number, channel: number) => ({
    CustomerID: population.customerId(customer),
    ...(ask.recipientGroup ? { RecipientGroupID: recipientGroup } : {}),
    ActionID: action,
    ChannelID: channel,
    ...population.attributeFields(customer, ask.attributes),
  });
  const treated = onChannels(core, campaign, ask.channel, ({ reached }, channel) =>
    rowList(reached, (n) => {
      const customer = campaign.customerAt(n);
      const recipientGroup = size.recipientGroups[customer % size.recipientGroups.length] ?? 0;
      return row(customer, recipientGroup, chooseAction(campaign, n), channel);
    }),
  );
  if (!ask.controlGroup || ask.channel !== 0) return treated;
  const controls = rowList(campaign.controls, (n) =>
    row(campaign.customerAt(campaign.audience + n), 0, 1, 0),
  );
  return concatLists([treated, controls]);
}

/** Report 9. Channel 0 is all channels. */
export function customerExecutionDetailsByCampaign(
  core: Core,
  ask: { campaign: number; channel: number; attributes: readonly string[] },
): RowList {
  const campaign = core.campaigns.byId(ask.campaign);
  if (!campaign) return concatLists([]);
  const { population } = core;
  return onChannels(core, campaign, ask.channel, (sends, channel) =>
    rowList(sends.reached, (n) => {
      const customer = campaign.customerAt(n);
      const action = chooseAction(campaign, n);
      const template = sends.template(n);
      return {
        CustomerID: population.customerId(customer),
        ActionID: action,
        ChannelID: channel,
        TemplateID: template.id,
        TemplateName: template.name,
        ScheduleTime: sends.scheduledAt(template.id),
        PromoCode: campaign.promoCodes(action).join(','),
        ...population.attributeFields(customer, ask.attributes),
      };
    }),
  );
}

/** Report 10: all channels of the campaign. */
export function customerSendDetailsByCampaign(
  core: Core,
  ask: { campaign: number; templateIds: boolean },
): RowList {
  const campaign = core.campaigns.byId(ask.campaign);
  if (!campaign) return concatLists([]);
  return onChannels(core, campaign, 0, (sends, channel) =>
    eachSend(sends, (n, again, template, scheduledTime) => ({
      CustomerID: core.population.customerId(campaign.customerAt(n)),
      ChannelID: channel,
      ScheduledTime: scheduledTime,
      SendID: sends.sendId(n, again),
      ...(ask.templateIds ? { TemplateID: template } : {}),
    })),
  );
}

/** Report 11. */
export function customerSendDetailsByChannel(
  core: Core,
  ask: { campaign: number; channel: number; attributes: readonly string[] },
): RowList {
  const campaign = core.campaigns.byId(ask.campaign);
  if (!campaign || ask.channel === 0) return concatLists([]);
  return onChannels(core, campaign, ask.channel, (sends) =>
    eachSend(sends, (n, _again, template, scheduledTime) => {
      const customer = campaign.customerAt(n);
      return {
        CustomerID: core.population.customerId(customer),
        TemplateID: template,
        ScheduledTime: scheduledTime,
        ...core.population.attributeFields(customer, ask.attributes),
      };
    }),
  );
}

/** Report 12: the campaigns that can be seen on the day of the last data update. */
export function currentlyTargetedCustomers(core: Core): RowList {
  const today = toDayNumber(core.lastDataUpdate) ?? 0;
  return concatLists(
    core.campaigns.foundOn(today).map((campaign) =>
      rowList(campaign.audience, (n) => ({
        CustomerID: core.population.customerId(campaign.customerAt(n)),
        CampaignID: campaign.id,
        ActionID: chooseAction(campaign, n),
        StartDate: toDayText(campaign.begins),
        EndDate: toDayText(campaign.begins + campaign.duration),
      })),
    ),
  );
}

/** The share of reached customers for each event: sent, delivered, opened, clicked, unsubscribed, dropped, spam report, –, –, bounced. */
const interactionShares = [1, 0.95, 0.5, 0.2, 0.06, 0.04, 0.02, 0, 0, 0.05];

/** Report 14. */
export function campaignInteractionCustomers(
  core: Core,
  ask: { day: number; channel: number; event: number },
): RowList {
  const share = interactionShares[ask.event] ?? 0;
  return concatLists(
    core.campaigns
      .foundOn(ask.day)
      .filter((campaign) => ask.channel !== 0 && campaign.channels.includes(ask.channel))
      .map((campaign) => {
        const sends = planSends(core.random, campaign, ask.channel);
        return rowList(Math.ceil(sends.reached * share), (n) => ({
          CustomerID: core.population.customerId(campaign.customerAt(n)),
          CampaignID: campaign.id,
          TemplateID: sends.template(n).id,
        }));
      }),
  );
}

function chooseAction(campaign: Campaign, n: number): number {
  return campaign.actions[n % campaign.actions.length] ?? 0;
}

function onChannels(
  core: Core,
  campaign: Campaign,
  channelAsked: number,
  makeList: (sends: Sends, channel: number) => RowList,
): RowList {
  const channels = campaign.channels.filter((channel) => channelAsked === 0 || channel === channelAsked);
  return concatLists(channels.map((channel) => makeList(planSends(core.random, campaign, channel), channel)));
}

/** One send to every reached customer, then a second one, six hours later, to every seventh. */
function eachSend(
  sends: Sends,
  makeRow: (n: number, again: boolean, template: number, scheduledTime: string) => Record<string, unknown>,
): RowList {
  const row = (n: number, again: boolean) => {
    const { id } = sends.template(n);
    return makeRow(n, again, id, sends.scheduledAt(id, again ? 6 : 0));
  };
  return concatLists([
    rowList(sends.reached, (n) => row(n, false)),
    rowList(Math.floor((sends.reached + 3) / 7), (n) => row(7 * n + 3, true)),
  ]);
}
