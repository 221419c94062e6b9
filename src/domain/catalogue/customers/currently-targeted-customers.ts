import { answered, declareReport, snapshotDate } from '../report.ts';

export const currentlyTargetedCustomers = declareReport({
  number: 12,
  slug: 'currently-targeted-customers',
  title: 'Currently Targeted Customers',
  purpose: "Customers that campaigns are targeting at this moment, with the campaign's first and last day.",
  endpoint: 'customers/GetCurrentlyTargetedCustomers',
  time: 'none',
  axes: [],
  filters: [],
  parameters: {},
  controlGroup: false,
  pages: true,
  snapshot: { column: snapshotDate.name, day: 'run', keepsOtherDays: false },
  columns: [
    snapshotDate,
    answered('CustomerID', 'text'),
    answered('CampaignID', 'integer'),
    answered('ActionID', 'integer'),
    answered('StartDate', 'date'),
    answered('EndDate', 'date'),
  ],
  key: ['customer_id', 'campaign_id', 'action_id'],
  keyIsUnique: true,
  notes: 'The state of this moment: every run brings the whole of it.',
});
