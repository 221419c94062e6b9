import {
  customerActionDetailsByDate,
  customerActionEndedByDate,
  customerActionsByTargetGroup,
  customersByAction,
} from '../world/reports/action-customers.ts';
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
} from '../world/reports/customer-details.ts';
import { BadRequestError, type CallParameters, type Endpoints } from './endpoint.ts';

/** The fifteen reports about customers, which have pages. */
export const customerEndpoints: Endpoints = {
  'customers/GetCustomersByAction': {
    report: 1,
    pages: true,
    rows(core, parameters, tenant) {
      const recipientGroup = parameters.integer('RecipientGroupID');
      const ask = { day: parameters.day('Date'), action: parameters.integer('ActionID'), recipientGroup };
      if (tenant.refusedRecipientGroups.includes(recipientGroup)) {
        throw new BadRequestError(`RecipientGroupID ${recipientGroup} is not valid`);
      }
      return customersByAction(core, { ...ask, attributes: parameters.attributes() });
    },
  },
  'customers/GetCustomerActionsByTargetGroup': {
    report: 2,
    pages: true,
    rows: (core, parameters) =>
      customerActionsByTargetGroup(core, {
        targetGroup: parameters.integer('TargetGroupID'),
        day: parameters.day('Date'),
        channel: parameters.integerOr('ChannelID', 0),
        controlGroup: parameters.flag('IncludeControlGroup'),
        recipientGroupID: parameters.flag('IncludeRecipientGroupID'),
        attributes: parameters.attributes(),
      }),
  },
  'customers/GetCustomerOneTimeActionsByDate': {
    report: 3,
    pages: true,
    rows: (core, parameters) =>
      customerOneTimeActionsByDate(core, {
        day: parameters.day('Date'),
        controlGroup: parameters.flag('IncludeControlGroup'),
        attributes: parameters.attributes(),
      }),
  },
  'customers/GetCustomerOneTimeActionsByCampaign': {
    report: 4,
    pages: true,
    rows: (core, parameters) =>
      customerOneTimeActionsByCampaign(core, {
        campaign: parameters.integer('CampaignID'),
        channel: parameters.integerOr('ChannelID', 0),
        controlGroup: parameters.flag('IncludeControlGroup'),
        attributes: parameters.attributes(),
      }),
  },
  'customers/GetCustomerAttributeChangers': {
    report: 5,
    pages: true,
    rows: (core, parameters) =>
      customerAttributeChangers(core, {
        attribute: parameters.attribute('ChangedCustomerAttribute'),
        attributes: parameters.attributes(),
      }),
  },
  'customers/GetCustomerFutureValues': {
    report: 6,
    pages: true,
    rows: (core, parameters) => customerFutureValues(core, stagesOrAttribute(parameters)),
  },
  'customers/GetCustomerActionDetailsByDate': {
    report: 7,
    pages: true,
    rows: (core, parameters) => customerActionDetailsByDate(core, { day: parameters.day('Date') }),
  },
  'customers/GetCustomersActionEndedByDate': {
    report: 8,
    pages: true,
    rows: (core, parameters) => customerActionEndedByDate(core, { day: parameters.day('Date') }),
  },
  'customers/GetCustomerExecutionDetailsByCampaign': {
    report: 9,
    pages: true,
    rows: (core, parameters) =>
      customerExecutionDetailsByCampaign(core, {
        campaign: parameters.integer('CampaignID'),
        channel: parameters.integerOr('ChannelID', 0),
        attributes: parameters.attributes(),
      }),
  },
  'customers/GetCustomerSendDetailsByCampaign': {
    report: 10,
    pages: true,
    rows: (core, parameters) =>
      customerSendDetailsByCampaign(core, {
        campaign: parameters.integer('CampaignID'),
        templateIds: parameters.flag('IncludeTemplateIDs'),
      }),
  },
  'customers/GetCustomerSendDetailsByChannel': {
    report: 11,
    pages: true,
    rows: (core, parameters) =>
      customerSendDetailsByChannel(core, {
        channel: parameters.integer('ChannelID'),
        campaign: parameters.integer('CampaignID'),
        attributes: parameters.attributes(),
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
    rows: (core, parameters, { productsAs }) =>
      customerProductDetailsByDate(core, { day: parameters.day('Date'), asLists: productsAs === 'list' }),
  },
  'customers/GetCampaignInteractionCustomers': {
    report: 14,
    pages: true,
    rows: (core, parameters) =>
      campaignInteractionCustomers(core, {
        day: parameters.day('Date'),
        channel: parameters.integer('ChannelID'),
        event: parameters.integer('EventID'),
      }),
  },
  'customers/GetCustomersActivityEventAttributes': {
    report: 15,
    pages: true,
    rows: (core, parameters) =>
      customersActivityEventAttributes(core, {
        day: parameters.day('Date'),
        event: parameters.text('EventID'),
      }),
  },
};

/** Report 6 takes either stages or an attribute with its value. */
function stagesOrAttribute(parameters: CallParameters) {
  const byAttribute = parameters.has('CustomerAttribute') || parameters.has('CustomerAttributeValue');
  if (parameters.has('LifecycleStageID') === byAttribute) {
    throw new BadRequestError(
      'Either LifecycleStageID or CustomerAttribute with CustomerAttributeValue is required, not both',
    );
  }
  return byAttribute
    ? {
        attribute: parameters.attribute('CustomerAttribute'),
        value: parameters.text('CustomerAttributeValue'),
      }
    : { stages: parameters.integers('LifecycleStageID') };
}
