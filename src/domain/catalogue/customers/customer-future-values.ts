import { answered, declareReport, snapshotDate, stamped } from '../report.ts';

export const customerFutureValues = declareReport({
  number: 6,
  slug: 'customer-future-values',
  title: 'Customer Future Values',
  purpose: 'What Optimove predicts that each customer will be worth, by lifecycle stage or attribute.',
  endpoint: 'customers/GetCustomerFutureValues',
  time: 'none',
  axes: [{ over: 'lifecycleStageOrAttribute' }],
  filters: ['lifecycleStages', 'customerAttribute'],
  parameters: {},
  controlGroup: false,
  pages: true,
  snapshot: { column: snapshotDate.name, day: 'run', keepsOtherDays: false },
  columns: [
    snapshotDate,
    stamped('LifecycleStageID', 'integer'),
    stamped('CustomerAttribute', 'text'),
    stamped('CustomerAttributeValue', 'text'),
    answered('CustomerID', 'text'),
    answered('FutureValue', 'double'),
  ],
  key: ['snapshot_date', 'customer_id'],
  keyIsUnique: true,
  notes:
    'Values are current, without history. Stages are called one by one, so that each row has its ' +
    'own; by `customerAttribute` it is one call, and its name and value are stamped instead.',
});
