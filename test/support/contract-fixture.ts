import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The fixture of a contract, such as `fleet-state`. */
export function contractFixture(name: string): unknown {
  return JSON.parse(readFileSync(join(__dirname, '..', 'fixtures', 'contracts', `${name}.json`), 'utf8'));
}
