import { answered, declareReport, stamped } from '../report.ts';

export const executedCampaignDetails = declareReport({
  number: 24,
  slug: 'executed-campaign-details',
  title: 'Executed Campaign Details',
  purpose: 'The campaigns that ran on a day: target group, type, duration, status and error.',
  endpoint: 'actions/GetExecutedCampaignDetails',
  time: 'day',
  axes: [{ over: 'day', parameter: 'Date', stamp: 'date' }],
  filters: [],
  parameters: {},
  controlGroup: false,
  pages: false,
  askForLess: 'The report executed-campaigns-by-channel asks for less at a time',
  columns: [
    stamped('Date', 'date'),
    answered('CampaignID', 'integer'),
    answered('TargetGroupID', 'integer'),
    answered('CampaignType', 'text'),
    answered('Duration', 'integer'),
    answered('LeadTime', 'integer'),
    answered('Notes', 'text'),
    answered('IsMultiChannel', 'boolean'),
    answered('IsRecurrence', 'boolean'),
    answered('Status', 'text'),
    answered('Error', 'text'),
  ],
  key: ['date', 'campaign_id'],
  keyIsUnique: true,
  notes:
    'Whether each occurrence of a recurring campaign has an id of its own is not publicly documented, ' +
    'so the day is part of the key.',
});
