import { memoize, type Random } from './random.ts';
import type { Row } from './row-list.ts';

/** All customers, numbered from 0. */
export interface Population {
  readonly size: number;
  /** CustomerID: always text, also if it looks like a number. */
  customerId(customer: number): string;
  /**
   * The nth customer from the position `start`; for a recipient group, the nth of its members. A customer belongs to one
   * recipient group, so no customer gets one action in two groups.
   */
  nth(start: number, n: number): number;
  nthOfGroup(recipientGroup: number, start: number, n: number): number;
  readonly groupSize: number;
  futureValue(customer: number): number;
  /** A StageID, from 1. */
  stage(customer: number): number;
  attribute(customer: number, attribute: string): string | null;
  /** `{ CustomerAttributes: […] }` in the requested order; empty if none were requested. */
  attributeFields(customer: number, attributes: readonly string[]): Row;
}

export function createPopulation(random: Random, size: number, stages: number): Population {
  const groupSize = Math.floor(size / 10);
  const attribute = (customer: number, name: string) => attributeValue(random, name, customer);
  return {
    size,
    groupSize,
    customerId,
    nth: (start, n) => (start + n) % size,
    nthOfGroup: (recipientGroup, start, n) => ((start + n) % groupSize) * 10 + (recipientGroup % 10),
    futureValue(customer) {
      const chance = random.hash('future value', customer);
      return chance % 23 === 0 ? 0 : (chance % 10_000_000) / 100;
    },
    stage: (customer) => 1 + (random.hash('stage', customer) % stages),
    attribute,
    attributeFields: (customer, attributes) =>
      attributes.length === 0
        ? {}
        : { CustomerAttributes: attributes.map((name) => attribute(customer, name)) },
  };
}

/** Five ways to write an id; no two customers share one. */
function customerId(customer: number): string {
  switch (Math.floor(customer / 10) % 5) {
    case 0:
      return String(200_000 + customer);
    case 1:
      return `00${customer}`;
    case 2:
      return `${'ABCDEFGH'[customer % 8]}${customer}`;
    case 3:
      return `${(customer * 40_503).toString(16)}-${customer}`;
    default:
      // Nineteen digits: beyond what a double holds.
      return `90071992547${String(customer).padStart(8, '0')}`;
  }
}

/** Customers with a property. A search visits all customers once; its result is kept for the next page. */
export interface CustomersWhere {
  stage(stage: number): readonly number[];
  /** Compares texts without regard to case, as the API does. */
  attribute(name: string, value: string): readonly number[];
}

export function createCustomersWhere(population: Population): CustomersWhere {
  const filter = (chosen: (customer: number) => boolean) => {
    const found: number[] = [];
    for (let customer = 0; customer < population.size; customer++) {
      if (chosen(customer)) found.push(customer);
    }
    return found;
  };
  const byAttribute = memoize((key: string) => {
    const [name = '', value = ''] = JSON.parse(key) as [string, string];
    return filter((customer) => population.attribute(customer, name)?.toLowerCase() === value);
  }, 8);
  return {
    stage: memoize((stage: number) => filter((customer) => population.stage(customer) === stage), 20),
    attribute: (name, value) => byAttribute(JSON.stringify([name, value.toLowerCase()])),
  };
}

/** The default answer to GetCustomerAttributeList. */
export const defaultAttributes: readonly string[] = [
  'Country',
  'Currency',
  'Language',
  'FirstName',
  'Note',
  'LifetimeValue',
  'RegistrationDate',
  'VipLevel',
  'FavoriteGame',
  // Names that are difficult for a table: the name of a report's own column, SQL, a space.
  'Date',
  `Robert') DROP TABLE "x" --`,
  'Last Deposit (€)',
];

/** Values that break careless readers and writers. None contains `;`, which separates attributes in old answers. */
const hostileTexts: readonly string[] = [
  'plain',
  'comma, quote " and apostrophe \'',
  'tab\tthen newline\nthen return\r\nend',
  'back\\slash \\n \\N \\',
  '$1 :name ? %s {{x}} $$ $(y)',
  "') DROP TABLE customers --",
  'Grüße aus Zürich',
  '東京 – 한국 – עברית',
  '🎰🎲 e\u0301 \u200b zero width',
  ' spaces around ',
  'true',
  '007',
  '1e309',
];

const known: Readonly<Record<string, readonly string[]>> = {
  country: ['UK', 'DE', 'FR', 'UA', 'IL', 'US', 'BR', 'Côte d’Ivoire'],
  currency: ['GBP', 'EUR', 'USD', 'UAH', 'ILS', 'BRL'],
  language: ['en', 'de', 'fr', 'uk', 'he', 'pt-BR'],
  firstname: ['Ana', 'Zoë', 'Jürgen', 'Siobhán', "D'Arcy", 'Олена', '明', 'שרה', 'Bobby "Tables"'],
  viplevel: ['0', '1', '2', '3', '10'],
  favoritegame: ['Book of \\Ra', 'Black-Jack, 21', 'Roulette', 'Slots 7️⃣7️⃣7️⃣'],
};

/** A customer's value of an attribute, the same on every day and in every report. Null and '' occur. */
function attributeValue(random: Random, attribute: string, customer: number): string | null {
  const name = attribute.toLowerCase();
  const chance = random.hash('attribute', name, customer);
  if (chance % 17 === 0) return null;
  if (chance % 19 === 0) return '';
  if (name === 'lifetimevalue') return ((chance % 1_000_000) / 100).toFixed(2);
  if (name.endsWith('date')) return `20${10 + (chance % 16)}-0${1 + (chance % 9)}-${10 + (chance % 19)}`;
  const values = known[name] ?? hostileTexts;
  return values[(chance >>> 8) % values.length] ?? '';
}
