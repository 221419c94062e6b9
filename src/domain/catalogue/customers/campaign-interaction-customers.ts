import { answered, declareReport, stamped } from '../report.ts';

export const campaignInteractionCustomers = declareReport({
  number: 14,
  slug: 'campaign-interaction-customers',
  title: 'Campaign Interaction Customers',
  purpose: 'Who opened, clicked, bounced or unsubscribed on a day, by channel and event.',
  endpoint: 'customers/GetCampaignInteractionCustomers',
  time: 'day',
  axes: [
    { over: 'day', parameter: 'Date', stamp: 'date' },
    { over: 'executionChannels', parameter: 'ChannelID', leftOut: 'all' },
    { over: 'events', parameter: 'EventID', leftOut: 'required' },
  ],
  filters: ['executionChannels', 'events'],
  parameters: {},
  controlGroup: false,
  pages: true,
  columns: [
    stamped('Date', 'date'),
    stamped('ChannelID', 'integer'),
    stamped('EventID', 'integer'),
    answered('CustomerID', 'text'),
    answered('CampaignID', 'integer'),
    answered('TemplateID', 'integer'),
  ],
  key: ['date', 'channel_id', 'event_id', 'campaign_id', 'template_id', 'customer_id'],
  keyIsUnique: true,
  keysAreGuessed: true,
  notes:
    "The names of its parameters and of its answer's keys are not publicly documented; what stands " +
    'here is inferred from its sister calls. Where a tenant names them otherwise, `overrides:` ' +
    'corrects it.',
});
