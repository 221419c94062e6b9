import { answered, dataDate, declareReport, stamped } from '../report.ts';

export const customerAttributeChangers = declareReport({
  number: 5,
  slug: 'customer-attribute-changers',
  title: 'Customer Attribute Changers',
  purpose: 'Customers of whom an attribute has changed, with the value before and after.',
  endpoint: 'customers/GetCustomerAttributeChangers',
  time: 'none',
  axes: [{ over: 'changedCustomerAttribute', parameter: 'ChangedCustomerAttribute', leftOut: 'required' }],
  filters: ['changedCustomerAttribute', 'customerAttributes'],
  parameters: {},
  controlGroup: false,
  pages: true,
  snapshot: { column: dataDate.name, day: 'lastDataUpdate', keepsOtherDays: true },
  columns: [
    dataDate,
    stamped('ChangedCustomerAttribute', 'text'),
    answered('CustomerID', 'text'),
    answered('InitialCustomerAttribute', 'text', {
      alsoSpelled: ['InitialCustomerAttributes'],
      nullWord: 'NULL',
    }),
    answered('FinalCustomerAttribute', 'text', {
      alsoSpelled: ['FinalCustomerAttributes'],
      nullWord: 'NULL',
    }),
  ],
  key: ['data_date', 'changed_customer_attribute', 'customer_id'],
  keyIsUnique: true,
  notes:
    'Answers the changes from the previous day to the current day and takes no date: history exists ' +
    'only where it is pulled every day. `initial_customer_attribute` is null for a new customer.',
});
