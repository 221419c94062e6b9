import {
  customerActionDetailsByDate,
  customerActionEndedByDate,
  customerActionsByTargetGroup,
  customersByAction,
} from '../reports/action-customers.ts';
import {
  campaignInteractionCustomers,
  currentlyTargetedCustomers,
  customerExecutionDetailsByCampaign,
  customerOneTimeActionsByCampaign,
  customerOneTimeActionsByDate,
  customerSendDetailsByCampaign,
  customerSendDetailsByChannel,
} from '../reports/campaign-customers.ts';
import {
  customerAttributeChangers,
  customerFutureValues,
  customerProductDetailsByDate,
  customersActivityEventAttributes,
} from '../reports/customer-details.ts';
import {
  actionDetailsByTargetGroup,
  actionsByTargetGroup,
  allActions,
  executedCampaignChannelDetails,
  executedCampaignDetails,
  executedCampaignsByChannel,
  executionChannels,
  promoCodes,
  promoCodesByCampaign,
  promoCodesByTargetGroup,
  targetGroupDetails,
  targetGroupsByDate,
} from '../reports/groups-and-actions.ts';
import { stampRows } from '../row-list.ts';
import {
  attributeAndValue,
  attributes,
  type Expected,
  each,
  ids,
  perCampaign,
  perCampaignAndChannel,
  perDay,
  perDayAndGroup,
  snapshot,
} from './loops.ts';

/** The fifteen reports about customers. */
const aboutCustomers = {
  'customers-by-action': (core, wanted) =>
    perDay(wanted, (day, date) =>
      each(wanted.actions ?? ids(core.definitions.actions), (action) =>
        each([0, 1, 2, 3, 4, 5, 6, 7, 8, 9], (recipientGroup) =>
          stampRows(
            customersByAction(core, { day, action, recipientGroup, attributes: attributes(wanted) }),
            {
              Date: date,
              ActionID: action,
              RecipientGroupID: recipientGroup,
            },
          ),
        ),
      ),
    ),
  'customer-actions-by-target-group': (core, wanted) =>
    perDayAndGroup(core, wanted, (day, targetGroup) =>
      each(wanted.channels ?? [0], (channel) =>
        customerActionsByTargetGroup(core, {
          day,
          targetGroup,
          channel,
          controlGroup: wanted.includeControlGroup === true,
          recipientGroupID: true,
          attributes: attributes(wanted),
        }),
      ),
    ),
  'customer-one-time-actions-by-date': (core, wanted) =>
    perDay(wanted, (day, date) =>
      stampRows(
        customerOneTimeActionsByDate(core, {
          day,
          controlGroup: wanted.includeControlGroup === true,
          attributes: attributes(wanted),
        }),
        { Date: date },
      ),
    ),
  'customer-one-time-actions-by-campaign': (core, wanted) =>
    perCampaign(core, wanted, ({ id }) =>
      each(wanted.channels ?? [0], (channel) =>
        customerOneTimeActionsByCampaign(core, {
          campaign: id,
          channel,
          controlGroup: wanted.includeControlGroup === true,
          attributes: attributes(wanted),
        }),
      ),
    ),
  'customer-attribute-changers': (core, wanted) =>
    each(wanted.changedAttributes ?? [], (attribute) =>
      stampRows(customerAttributeChangers(core, { attribute, attributes: attributes(wanted) }), {
        DataDate: core.lastDataUpdate,
        ChangedCustomerAttribute: attribute,
      }),
    ),
  'customer-future-values': (core, wanted) =>
    wanted.customerAttribute
      ? stampRows(customerFutureValues(core, attributeAndValue(wanted.customerAttribute)), {
          ...snapshot(wanted),
          CustomerAttribute: wanted.customerAttribute.name,
          CustomerAttributeValue: wanted.customerAttribute.value,
        })
      : each(wanted.stages ?? ids(core.definitions.stages), (stage) =>
          stampRows(customerFutureValues(core, { stages: [stage] }), {
            ...snapshot(wanted),
            LifecycleStageID: stage,
          }),
        ),
  'customer-action-details-by-date': (core, wanted) =>
    perDay(wanted, (day, date) => stampRows(customerActionDetailsByDate(core, { day }), { Date: date })),
  'customer-action-ended-by-date': (core, wanted) =>
    perDay(wanted, (day, date) => stampRows(customerActionEndedByDate(core, { day }), { EndDate: date })),
  'customer-execution-details-by-campaign': (core, wanted) =>
    perCampaign(core, wanted, ({ id }) =>
      each(wanted.channels ?? [0], (channel) =>
        customerExecutionDetailsByCampaign(core, { campaign: id, channel, attributes: attributes(wanted) }),
      ),
    ),
  'customer-send-details-by-campaign': (core, wanted) =>
    perCampaign(core, wanted, ({ id }) =>
      customerSendDetailsByCampaign(core, { campaign: id, templateIds: true }),
    ),
  'customer-send-details-by-channel': (core, wanted) =>
    perCampaignAndChannel(core, wanted, ({ id }, channel) =>
      customerSendDetailsByChannel(core, { campaign: id, channel, attributes: attributes(wanted) }),
    ),
  'currently-targeted-customers': (core, wanted) =>
    stampRows(currentlyTargetedCustomers(core), snapshot(wanted)),
  'customer-product-details-by-date': (core, wanted) =>
    perDay(wanted, (day, date) =>
      stampRows(customerProductDetailsByDate(core, { day, asLists: false }), { Date: date }),
    ),
  'campaign-interaction-customers': (core, wanted) =>
    perDay(wanted, (day, date) =>
      each(wanted.channels ?? ids(core.definitions.channels), (channel) =>
        each(wanted.events ?? [], (event) =>
          stampRows(campaignInteractionCustomers(core, { day, channel, event }), {
            Date: date,
            ChannelID: channel,
            EventID: event,
          }),
        ),
      ),
    ),
  'customers-activity-event-attributes': (core, wanted) =>
    perDay(wanted, (day, date) =>
      each(wanted.activityEvents ?? [], (event) =>
        stampRows(customersActivityEventAttributes(core, { day, event: String(event) }), {
          Date: date,
          EventID: event,
        }),
      ),
    ),
} satisfies Record<string, Expected>;

/** The twelve reports about target groups, actions and campaigns. */
const aboutGroupsAndActions = {
  'target-groups-by-date': (core, wanted) =>
    perDay(wanted, (day, date) => stampRows(targetGroupsByDate(core, { day }), { Date: date })),
  'target-group-details': (core) => targetGroupDetails(core),
  'all-actions': (core) => allActions(core),
  'actions-by-target-group': (core, wanted) =>
    perDayAndGroup(core, wanted, (day, targetGroup) => actionsByTargetGroup(core, { day, targetGroup })),
  'promo-codes': (core, wanted) =>
    perDay(wanted, (day, date) => stampRows(promoCodes(core, { day }), { Date: date })),
  'promo-codes-by-campaign': (core, wanted) =>
    perCampaign(core, wanted, ({ id }) => promoCodesByCampaign(core, { campaign: id })),
  'promo-codes-by-target-group': (core, wanted) =>
    perDayAndGroup(core, wanted, (day, targetGroup) => promoCodesByTargetGroup(core, { day, targetGroup })),
  'action-details-by-target-group': (core, wanted) =>
    perDayAndGroup(core, wanted, (day, targetGroup) =>
      actionDetailsByTargetGroup(core, { day, targetGroup }),
    ),
  'executed-campaign-details': (core, wanted) =>
    perDay(wanted, (day, date) => stampRows(executedCampaignDetails(core, { day }), { Date: date })),
  'execution-channels': (core) => executionChannels(core),
  'executed-campaign-channel-details': (core, wanted) =>
    perCampaignAndChannel(core, wanted, ({ id }, channel) =>
      executedCampaignChannelDetails(core, { campaign: id, channel }),
    ),
  'executed-campaigns-by-channel': (core, wanted) =>
    perDay(wanted, (day, date) =>
      each(wanted.channels ?? ids(core.definitions.channels), (channel) =>
        stampRows(executedCampaignsByChannel(core, { day, channel }), { Date: date, ChannelID: channel }),
      ),
    ),
} satisfies Record<string, Expected>;

/**
 * All rows of a complete pull of each report, computed without a call. A row has the keys of the answer and, before them,
 * the parameters of its call: `Date`, `ActionID` …; `EndDate` for the day of report 8, `FoundOn` for the day that lists a
 * campaign, `DataDate` for the day of the last data update.
 */
export const expectedRows = { ...aboutCustomers, ...aboutGroupsAndActions } satisfies Record<
  string,
  Expected
>;

/** The reports by name. */
export type Slug = keyof typeof expectedRows;
