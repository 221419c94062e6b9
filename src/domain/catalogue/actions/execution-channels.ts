import { answered, declareReport } from '../report.ts';

export const executionChannels = declareReport({
  number: 25,
  slug: 'execution-channels',
  title: 'Execution Channels',
  purpose: 'The list of all channels: id and name.',
  endpoint: 'actions/GetExecutionChannels',
  time: 'none',
  axes: [],
  filters: [],
  parameters: {},
  controlGroup: false,
  pages: false,
  columns: [answered('ChannelID', 'integer'), answered('ChannelName', 'text')],
  key: ['channel_id'],
  keyIsUnique: true,
  notes: 'Documented as ChannelID; seen as ChannelId. The case of a key never matters.',
});
