import { answered, declareReport, foundOn, stamped } from '../report.ts';

export const executedCampaignChannelDetails = declareReport({
  number: 26,
  slug: 'executed-campaign-channel-details',
  title: 'Executed Campaign Channel Details',
  purpose: 'The campaigns of the period by channel, with template, list, send id and time.',
  endpoint: 'actions/GetExecutedCampaignChannelDetails',
  time: 'campaigns',
  axes: [{ over: 'campaign', parameter: 'CampaignID', channel: 'always' }],
  filters: ['executionChannels'],
  parameters: {},
  controlGroup: false,
  pages: false,
  columns: [
    foundOn,
    stamped('CampaignID', 'integer'),
    stamped('ChannelID', 'integer'),
    answered('ListID', 'integer'),
    answered('SendID', 'text'),
    answered('TemplateID', 'integer'),
    answered('ScheduledTime', 'timestamp', { alsoSpelled: ['ScheduleTime'] }),
  ],
  key: ['found_on', 'campaign_id', 'channel_id', 'template_id', 'scheduled_time', 'send_id'],
  keyIsUnique: true,
  notes: '`list_id` is sometimes absent, and `send_id` may be an empty text.',
});
