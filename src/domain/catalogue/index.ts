import { actionDetailsByTargetGroup } from './actions/action-details-by-target-group.ts';
import { actionsByTargetGroup } from './actions/actions-by-target-group.ts';
import { allActions } from './actions/all-actions.ts';
import { executedCampaignChannelDetails } from './actions/executed-campaign-channel-details.ts';
import { executedCampaignDetails } from './actions/executed-campaign-details.ts';
import { executedCampaignsByChannel } from './actions/executed-campaigns-by-channel.ts';
import { executionChannels } from './actions/execution-channels.ts';
import { promoCodes } from './actions/promo-codes.ts';
import { promoCodesByCampaign } from './actions/promo-codes-by-campaign.ts';
import { promoCodesByTargetGroup } from './actions/promo-codes-by-target-group.ts';
import { campaignInteractionCustomers } from './customers/campaign-interaction-customers.ts';
import { currentlyTargetedCustomers } from './customers/currently-targeted-customers.ts';
import { customerActionDetailsByDate } from './customers/customer-action-details-by-date.ts';
import { customerActionEndedByDate } from './customers/customer-action-ended-by-date.ts';
import { customerActionsByTargetGroup } from './customers/customer-actions-by-target-group.ts';
import { customerAttributeChangers } from './customers/customer-attribute-changers.ts';
import { customerExecutionDetailsByCampaign } from './customers/customer-execution-details-by-campaign.ts';
import { customerFutureValues } from './customers/customer-future-values.ts';
import { customerOneTimeActionsByCampaign } from './customers/customer-one-time-actions-by-campaign.ts';
import { customerOneTimeActionsByDate } from './customers/customer-one-time-actions-by-date.ts';
import { customerProductDetailsByDate } from './customers/customer-product-details-by-date.ts';
import { customerSendDetailsByCampaign } from './customers/customer-send-details-by-campaign.ts';
import { customerSendDetailsByChannel } from './customers/customer-send-details-by-channel.ts';
import { customersActivityEventAttributes } from './customers/customers-activity-event-attributes.ts';
import { customersByAction } from './customers/customers-by-action.ts';
import { targetGroupDetails } from './groups/target-group-details.ts';
import { targetGroupsByDate } from './groups/target-groups-by-date.ts';
import type { Report } from './report.ts';

/** The 27 reports, in the walkthrough's order. */
export const reports: readonly Report[] = Object.freeze([
  customersByAction,
  customerActionsByTargetGroup,
  customerOneTimeActionsByDate,
  customerOneTimeActionsByCampaign,
  customerAttributeChangers,
  customerFutureValues,
  customerActionDetailsByDate,
  customerActionEndedByDate,
  customerExecutionDetailsByCampaign,
  customerSendDetailsByCampaign,
  customerSendDetailsByChannel,
  currentlyTargetedCustomers,
  customerProductDetailsByDate,
  campaignInteractionCustomers,
  customersActivityEventAttributes,
  targetGroupsByDate,
  targetGroupDetails,
  allActions,
  actionsByTargetGroup,
  promoCodes,
  promoCodesByCampaign,
  promoCodesByTargetGroup,
  actionDetailsByTargetGroup,
  executedCampaignDetails,
  executionChannels,
  executedCampaignChannelDetails,
  executedCampaignsByChannel,
]);

const bySlug: ReadonlyMap<string, Report> = new Map(reports.map((report) => [report.slug, report]));
const byEndpoint: ReadonlyMap<string, Report> = new Map(
  reports.map((report) => [report.endpoint.toLowerCase(), report]),
);

/** The report of this name, if there is one. */
export function findReport(slug: string): Report | undefined {
  return bySlug.get(slug);
}

/** The report that calls this endpoint, if there is one; paths are compared whatever their case. */
export function findReportByEndpoint(endpoint: string): Report | undefined {
  return byEndpoint.get(endpoint.toLowerCase());
}
