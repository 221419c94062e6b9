import { attributeValue } from './attributes.ts';
import type { Random } from './random.ts';
import type { Row } from './row-list.ts';

/** Everybody who can stand in a row, numbered from 0. */
export interface Population {
  readonly size: number;
  /** CustomerID: always text, whatever it looks like. */
  idOf(customer: number): string;
  /**
   * The nth customer from a place that follows from `start`. With a recipient group, only its members are counted:
   * a customer belongs to one recipient group, so no customer gets one action in two of them.
   */
  nth(start: number, n: number): number;
  nthOfGroup(recipientGroup: number, start: number, n: number): number;
  readonly groupSize: number;
  futureValueOf(customer: number): number;
  /** A StageID, from 1. */
  stageOf(customer: number): number;
  attributeOf(customer: number, attribute: string): string | null;
  /** `{ CustomerAttributes: […] }` in the order asked, or nothing where none was asked. */
  attributesOf(customer: number, attributes: readonly string[]): Row;
}

export function createPopulation(random: Random, size: number, stages: number): Population {
  const groupSize = Math.floor(size / 10);
  const attributeOf = (customer: number, attribute: string) => attributeValue(random, attribute, customer);
  return {
    size,
    groupSize,
    idOf: customerId,
    nth: (start, n) => (start + n) % size,
    nthOfGroup: (recipientGroup, start, n) => ((start + n) % groupSize) * 10 + (recipientGroup % 10),
    futureValueOf(customer) {
      const chance = random.hash('future value', customer);
      return chance % 23 === 0 ? 0 : (chance % 10_000_000) / 100;
    },
    stageOf: (customer) => 1 + (random.hash('stage', customer) % stages),
    attributeOf,
    attributesOf: (customer, attributes) =>
      attributes.length === 0
        ? {}
        : { CustomerAttributes: attributes.map((attribute) => attributeOf(customer, attribute)) },
  };
}

/** Five ways to write an id; each begins or is built so that no two customers share one. */
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
