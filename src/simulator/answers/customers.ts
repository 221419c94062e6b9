import {
  customerActionDetailsByDate,
  customerActionsByTargetGroup,
  customersByAction,
} from '../world/reports/by-action.ts';
import {
  campaignInteractionCustomers,
  currentlyTargetedCustomers,
  customerExecutionDetailsByCampaign,
  customerOneTimeActionsByCampaign,
  customerOneTimeActionsByDate,
  customerSendDetailsByCampaign,
  customerSendDetailsByChannel,
} from '../world/reports/campaign-customers.ts';
import {
  customerAttributeChangers,
  customerFutureValues,
  customerProductDetailsByDate,
  customersActivityEventAttributes,
} from '../world/reports/customers.ts';
import { customerActionEndedByDate } from '../world/reports/ended.ts';
import { type Asked, BadRequestError } from './asked.ts';
import type { Endpoints } from './endpoint.ts';

/** The fifteen reports about customers: the ones that page. */
export const customers: Endpoints = {
  'customers/GetCustomersByAction': {
    report: 1,
    pages: true,
    rows(core, asked, tenant) {
      const recipientGroup = asked.integer('RecipientGroupID');
      const ask = { day: asked.day('Date'), action: asked.integer('ActionID'), recipientGroup };
      if (tenant.refusedRecipientGroups.includes(recipientGroup)) {
        throw new BadRequestError(`RecipientGroupID ${recipientGroup} is not valid`);
      }
      return customersByAction(core, { ...ask, attributes: asked.attributes() });
    },
  },
  'customers/GetCustomerActionsByTargetGroup': {
    report: 2,
    pages: true,
    rows: (core, asked) =>
      customerActionsByTargetGroup(core, {
        targetGroup: asked.integer('TargetGroupID'),
        day: asked.day('Date'),
        channel: asked.integerOr('ChannelID', 0),
        controlGroup: asked.flag('IncludeControlGroup'),
        recipientGroupID: asked.flag('IncludeRecipientGroupID'),
        attributes: asked.attributes(),
      }),
  },
  'customers/GetCustomerOneTimeActionsByDate': {
    report: 3,
    pages: true,
    rows: (core, asked) =>
      customerOneTimeActionsByDate(core, {
        day: asked.day('Date'),
        controlGroup: asked.flag('IncludeControlGroup'),
        attributes: asked.attributes(),
      }),
  },
  'customers/GetCustomerOneTimeActionsByCampaign': {
    report: 4,
    pages: true,
    rows: (core, asked) =>
      customerOneTimeActionsByCampaign(core, {
        campaign: asked.integer('CampaignID'),
        channel: asked.integerOr('ChannelID', 0),
        controlGroup: asked.flag('IncludeControlGroup'),
        attributes: asked.attributes(),
      }),
  },
  'customers/GetCustomerAttributeChangers': {
    report: 5,
    pages: true,
    rows: (core, asked) =>
      customerAttributeChangers(core, {
        attribute: asked.attribute('ChangedCustomerAttribute'),
        attributes: asked.attributes(),
      }),
  },
  'customers/GetCustomerFutureValues': {
    report: 6,
    pages: true,
    rows: (core, asked) => customerFutureValues(core, stagesOrAttribute(asked)),
  },
  'customers/GetCustomerActionDetailsByDate': {
    report: 7,
    pages: true,
    rows: (core, asked) => customerActionDetailsByDate(core, { day: asked.day('Date') }),
  },
  'customers/GetCustomersActionEndedByDate': {
    report: 8,
    pages: true,
    rows: (core, asked) => customerActionEndedByDate(core, { day: asked.day('Date') }),
  },
  'customers/GetCustomerExecutionDetailsByCampaign': {
    report: 9,
    pages: true,
    rows: (core, asked) =>
      customerExecutionDetailsByCampaign(core, {
        campaign: asked.integer('CampaignID'),
        channel: asked.integerOr('ChannelID', 0),
        attributes: asked.attributes(),
      }),
  },
  'customers/GetCustomerSendDetailsByCampaign': {
    report: 10,
    pages: true,
    rows: (core, asked) =>
      customerSendDetailsByCampaign(core, {
        campaign: asked.integer('CampaignID'),
        templateIds: asked.flag('IncludeTemplateIDs'),
      }),
  },
  'customers/GetCustomerSendDetailsByChannel': {
    report: 11,
    pages: true,
    rows: (core, asked) =>
      customerSendDetailsByChannel(core, {
        channel: asked.integer('ChannelID'),
        campaign: asked.integer('CampaignID'),
        attributes: asked.attributes(),
      }),
  },
  'customers/GetCurrentlyTargetedCustomers': {
    report: 12,
    pages: true,
    rows: (core) => currentlyTargetedCustomers(core),
  },
  'customers/GetCustomerProductDetailsByDate': {
    report: 13,
    pages: true,
    rows: (core, asked, { productsAs }) =>
      customerProductDetailsByDate(core, { day: asked.day('Date'), asLists: productsAs === 'list' }),
  },
  'customers/GetCampaignInteractionCustomers': {
    report: 14,
    pages: true,
    rows: (core, asked) =>
      campaignInteractionCustomers(core, {
        day: asked.day('Date'),
        channel: asked.integer('ChannelID'),
        event: asked.integer('EventID'),
      }),
  },
  'customers/GetCustomersActivityEventAttributes': {
    report: 15,
    pages: true,
    rows: (core, asked) =>
      customersActivityEventAttributes(core, { day: asked.day('Date'), event: asked.text('EventID') }),
  },
};

/** Report 6 takes stages or an attribute with its value: one of the two, never both. */
function stagesOrAttribute(asked: Asked) {
  const byAttribute = asked.has('CustomerAttribute') || asked.has('CustomerAttributeValue');
  if (asked.has('LifecycleStageID') === byAttribute) {
    throw new BadRequestError(
      'Either LifecycleStageID or CustomerAttribute with CustomerAttributeValue is required, not both',
    );
  }
  return byAttribute
    ? { attribute: asked.attribute('CustomerAttribute'), value: asked.text('CustomerAttributeValue') }
    : { stages: asked.integers('LifecycleStageID') };
}
