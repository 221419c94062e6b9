import { answered, declareReport, stamped } from '../report.ts';

export const executedCampaignsByChannel = declareReport({
  number: 27,
  slug: 'executed-campaigns-by-channel',
  title: 'Executed Campaigns by Channel',
  purpose: 'Which campaigns ran on each channel on a day.',
  endpoint: 'actions/GetExecutedCampaignsByChannel',
  time: 'day',
  axes: [
    { over: 'day', parameter: 'Date', stamp: 'date' },
    { over: 'executionChannels', parameter: 'ChannelID', leftOut: 'all' },
  ],
  filters: ['executionChannels'],
  parameters: {},
  controlGroup: false,
  pages: false,
  columns: [stamped('Date', 'date'), stamped('ChannelID', 'integer'), answered('CampaignID', 'integer')],
  key: ['date', 'channel_id', 'campaign_id'],
  keyIsUnique: true,
});
