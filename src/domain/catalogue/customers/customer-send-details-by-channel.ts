import { answered, declareReport, foundOn, stamped } from '../report.ts';

export const customerSendDetailsByChannel = declareReport({
  number: 11,
  slug: 'customer-send-details-by-channel',
  title: 'Customer Send Details by Channel',
  purpose: 'The sends of each campaign on each channel: customer, template and time.',
  endpoint: 'customers/GetCustomerSendDetailsByChannel',
  time: 'campaigns',
  axes: [{ over: 'campaign', parameter: 'CampaignID', channel: 'always' }],
  filters: ['executionChannels', 'customerAttributes'],
  parameters: {},
  controlGroup: false,
  pages: true,
  columns: [
    foundOn,
    stamped('CampaignID', 'integer'),
    stamped('ChannelID', 'integer'),
    answered('CustomerID', 'text'),
    answered('TemplateID', 'integer'),
    answered('ScheduledTime', 'timestamp', { alsoSpelled: ['ScheduleTime'] }),
  ],
  key: ['found_on', 'campaign_id', 'channel_id', 'customer_id', 'template_id', 'scheduled_time'],
  keyIsUnique: true,
});
