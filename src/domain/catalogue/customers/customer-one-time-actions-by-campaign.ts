import { answered, declareReport, foundOn, stamped } from '../report.ts';

export const customerOneTimeActionsByCampaign = declareReport({
  number: 4,
  slug: 'customer-one-time-actions-by-campaign',
  title: 'Customer One Time Actions by Campaign',
  purpose: 'Which customers got each one-time campaign of the period, called campaign by campaign.',
  endpoint: 'customers/GetCustomerOneTimeActionsByCampaign',
  time: 'campaigns',
  axes: [{ over: 'campaign', parameter: 'CampaignID', channel: 'chosen' }],
  filters: ['executionChannels', 'customerAttributes'],
  parameters: {},
  controlGroup: true,
  pages: true,
  columns: [
    foundOn,
    stamped('CampaignID', 'integer'),
    answered('CustomerID', 'text'),
    answered('RecipientGroupID', 'integer'),
    answered('ActionID', 'integer'),
    answered('ChannelID', 'integer'),
  ],
  key: ['found_on', 'campaign_id', 'customer_id', 'action_id', 'channel_id'],
  keyIsUnique: true,
  notes: 'Whether one-time campaigns are listed by GetExecutedCampaignDetails is not publicly documented.',
});
