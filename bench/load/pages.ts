import type { Call } from '#domain/call/call';
import { customersByAction } from '#domain/catalogue/customers/customers-by-action';
import { listColumns } from '#domain/column/river-table';
import type { Day } from '#domain/period/date-range';
import { type River, RiverSetting } from '#domain/river/river';

export const river: River = {
  name: 'bench',
  ...RiverSetting.parse({
    report: 'customers-by-action',
    connection: 'main',
    filters: { actions: [12], customerAttributes: ['Country', 'Currency', 'LifecycleStage'] },
    target: { warehouse: 'bench', table: 'customers_by_action' },
  }),
};
export const columns = listColumns(customersByAction, river);
export const day: Day = '2026-01-01';

/** One page of an answer, as its bytes come from HTTP. */
export interface PageOfCall {
  readonly call: Call;
  readonly page: number;
  readonly last: boolean;
  readonly body: Buffer;
}

/** How rows are divided: into calls, of a recipient group each, and these into pages. */
export interface Division {
  readonly calls: number;
  readonly rowsOfPage: number;
}

export const usual: Division = { calls: 10, rowsOfPage: 10_000 };

/** Made as they are asked for. */
export function* pagesOf(rows: number, { calls, rowsOfPage } = usual): Generator<PageOfCall> {
  const group = Math.ceil(rows / calls);
  for (let from = 0, number = 0; from < rows; from += group, number += 1) {
    const rowsOfCall = Math.min(group, rows - from);
    const call = callOf(number);
    for (let at = 0; at < rowsOfCall; at += rowsOfPage) {
      const count = Math.min(rowsOfPage, rowsOfCall - at);
      const body = Buffer.from(JSON.stringify(answer(from + at, count)));
      yield { call, page: at / rowsOfPage, last: at + count >= rowsOfCall, body };
    }
  }
}

function callOf(recipientGroup: number): Call {
  const parameters = { Date: day, ActionID: '12', RecipientGroupID: String(recipientGroup) };
  return {
    key: `GetCustomersByAction?Date=${day}&ActionID=12&RecipientGroupID=${recipientGroup}`,
    kind: 'data',
    endpoint: customersByAction.endpoint,
    parameters,
    stamps: { date: day, action_id: 12, recipient_group_id: recipientGroup },
    pages: true,
  };
}

const countries = ['United Kingdom', 'Deutschland', 'España', 'Österreich', 'United States'];
const stages = ['New', 'Active', 'Churn', 'Reactivated'];

export function answer(from: number, count: number): unknown[] {
  return Array.from({ length: count }, (_, at) => {
    const customer = from + at;
    return {
      CustomerID: `C${10_000_000 + customer}`,
      CustomerAttributes: [countries[customer % 5], customer % 3 === 0 ? 'GBP' : 'EUR', stages[customer % 4]],
    };
  });
}
