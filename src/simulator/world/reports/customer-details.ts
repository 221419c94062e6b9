import { toDayNumber, toDayText } from '../calendar.ts';
import type { Core } from '../core.ts';
import type { Population } from '../population.ts';
import { concatLists, type RowList, rowList } from '../row-list.ts';

/** Report 5: those whose value changed up to the day of the last data update. Initial null: a new customer. */
export function customerAttributeChangers(
  core: Core,
  ask: { attribute: string; attributes: readonly string[] },
): RowList {
  const { population, random } = core;
  const day = toDayNumber(core.lastDataUpdate) ?? 0;
  const name = ask.attribute.toLowerCase();
  const start = random.hash('changed', name, day) % population.size;
  return rowList(random.between(core.size.rowsPerCall, 'changers', name, day), (n) => {
    const customer = population.nth(start, n);
    return {
      CustomerID: population.customerId(customer),
      InitialCustomerAttribute: n % 5 === 0 ? null : valueBefore(population, customer, name),
      FinalCustomerAttribute: population.attribute(customer, name),
      ...population.attributeFields(customer, ask.attributes),
    };
  });
}

/** The value of the next customer who has another one: so it is a value that the attribute can have. */
function valueBefore(population: Population, customer: number, attribute: string): string | null {
  const now = population.attribute(customer, attribute);
  for (let step = 1; step < 20; step++) {
    const other = population.attribute(population.nth(customer, step), attribute);
    if (other !== now) return other;
  }
  return null;
}

/** Report 6. */
export function customerFutureValues(
  core: Core,
  ask: { stages: readonly number[] } | { attribute: string; value: string },
): RowList {
  const { population } = core;
  const lists =
    'stages' in ask
      ? ask.stages.map((stage) => core.customersWhere.stage(stage))
      : [core.customersWhere.attribute(ask.attribute, ask.value)];
  return concatLists(
    lists.map((customers) =>
      rowList(customers.length, (n) => {
        const customer = customers[n] ?? 0;
        return { CustomerID: population.customerId(customer), FutureValue: population.futureValue(customer) };
      }),
    ),
  );
}

/** Report 13: one to three products for a customer, a row each; or as a list, one row for a customer. */
export function customerProductDetailsByDate(core: Core, ask: { day: number; asLists: boolean }): RowList {
  const { population, random } = core;
  const visible = core.calendar.visible(ask.day);
  const count = Math.ceil(random.between(core.size.rowsPerCall, 'products', ask.day) * visible);
  const start = random.hash('product customers', ask.day) % population.size;
  const customerAt = (n: number) => population.nth(start, n);
  const product = (n: number, nth: number) =>
    `${String(random.hash('product', ask.day, customerAt(n)) % 900).padStart(4, '0')}-${nth}`;
  const wanted = [0, 1, 2].map((nth) => Math.ceil(count / (nth + 1)));

  if (ask.asLists) {
    return rowList(count, (n) => ({
      CustomerID: population.customerId(customerAt(n)),
      ProductIDs: wanted.flatMap((most, nth) => (n < most ? [product(n, nth)] : [])),
    }));
  }
  return concatLists(
    wanted.map((most, nth) =>
      rowList(most, (n) => ({
        CustomerID: population.customerId(customerAt(n)),
        ProductID: product(n, nth),
      })),
    ),
  );
}

/** Report 15: when a customer did it, and two attributes of the event. */
export function customersActivityEventAttributes(core: Core, ask: { day: number; event: string }): RowList {
  const { population, random } = core;
  const event = ask.event.toLowerCase();
  const visible = core.calendar.visible(ask.day);
  const count = Math.ceil(random.between(core.size.rowsPerCall, 'events', ask.day, event) * visible);
  const start = random.hash('event customers', ask.day, event) % population.size;
  return rowList(count, (n) => {
    const customer = population.nth(start, n);
    const chance = random.hash('event', ask.day, event, customer);
    return {
      CustomerID: population.customerId(customer),
      EventTime: `${toDayText(ask.day)} ${10 + (chance % 13)}:${10 + (chance % 49)}:${10 + (chance % 50)}`,
      Amount: chance % 7 === 0 ? null : (chance % 100_000) / 100 + 0.005,
      Game: random.pick(['Roulette', 'Book "of" \\Ra', '21', ''], 'game', customer),
    };
  });
}
