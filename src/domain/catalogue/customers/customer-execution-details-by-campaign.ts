import { answered, declareReport, foundOn, stamped } from '../report.ts';

export const customerExecutionDetailsByCampaign = declareReport({
  number: 9,
  slug: 'customer-execution-details-by-campaign',
  title: 'Customer Execution Details by Campaign',
  purpose: 'Who got each campaign, with channel, template, time and promo code.',
  endpoint: 'customers/GetCustomerExecutionDetailsByCampaign',
  time: 'campaigns',
  axes: [{ over: 'campaign', parameter: 'CampaignID', channel: 'always' }],
  filters: ['executionChannels', 'customerAttributes'],
  parameters: {},
  controlGroup: false,
  pages: true,
  columns: [
    foundOn,
    stamped('CampaignID', 'integer'),
    answered('CustomerID', 'text'),
    answered('ActionID', 'integer'),
    answered('ChannelID', 'integer'),
    answered('TemplateID', 'integer'),
    answered('TemplateName', 'text'),
    answered('ScheduleTime', 'timestamp', { alsoSpelled: ['ScheduledTime'] }),
    answered('PromoCode', 'text'),
  ],
  key: ['found_on', 'campaign_id', 'channel_id', 'customer_id', 'action_id', 'template_id'],
  keyIsUnique: true,
  notes:
    'The walkthrough prints the endpoint of report 10, `customers/GetCustomerSendDetailsByCampaign`, ' +
    "beside this report; the API has a call of this report's own name, with other fields, and that is " +
    'the default. `overrides: { endpoint: customers/GetCustomerSendDetailsByCampaign }` gives the ' +
    'printed one, with the parameters, columns and key of report 10 (it takes no ChannelID and no ' +
    'CustomerAttributes). Several promo codes in `promo_code` are joined by commas.',
});
