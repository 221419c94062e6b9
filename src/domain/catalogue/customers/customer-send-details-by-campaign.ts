import { answered, declareReport, foundOn, stamped } from '../report.ts';

export const customerSendDetailsByCampaign = declareReport({
  number: 10,
  slug: 'customer-send-details-by-campaign',
  title: 'Customer Send Details by Campaign',
  purpose: 'The sends of each campaign: customer, channel, time, template and send id.',
  endpoint: 'customers/GetCustomerSendDetailsByCampaign',
  time: 'campaigns',
  axes: [{ over: 'campaign', parameter: 'CampaignID', channel: 'never' }],
  filters: ['executionChannels'],
  parameters: { IncludeTemplateIDs: 'true' },
  controlGroup: false,
  pages: true,
  columns: [
    foundOn,
    stamped('CampaignID', 'integer'),
    answered('CustomerID', 'text'),
    answered('ChannelID', 'integer'),
    answered('ScheduledTime', 'timestamp', { alsoSpelled: ['ScheduleTime'] }),
    answered('SendID', 'text'),
    answered('TemplateID', 'integer'),
  ],
  key: ['found_on', 'campaign_id', 'customer_id', 'channel_id', 'send_id', 'scheduled_time'],
  keyIsUnique: true,
  notes:
    'The call knows no channel: chosen channels choose campaigns, and all rows of these campaigns are ' +
    'loaded.',
});
