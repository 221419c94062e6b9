import type { Population } from './customers.ts';
import { remember } from './remember.ts';

/** Customers chosen by what they are. Finding them reads everybody once; the answer is kept for the next page. */
export interface CustomersWhere {
  stage(stage: number): readonly number[];
  /** Texts are compared whatever their case, as the API does. */
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
  const byAttribute = remember((key: string) => {
    const [name = '', value = ''] = JSON.parse(key) as [string, string];
    return filter((customer) => population.attributeOf(customer, name)?.toLowerCase() === value);
  }, 8);
  return {
    stage: remember((stage: number) => filter((customer) => population.stageOf(customer) === stage), 20),
    attribute: (name, value) => byAttribute(JSON.stringify([name, value.toLowerCase()])),
  };
}
