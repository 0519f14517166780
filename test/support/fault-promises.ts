import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const page = readFileSync(join(__dirname, '..', '..', 'docs', 'faults.md'), 'utf8');

/** The rows of the table of docs/faults.md: fault, what is wrong, outcome, what it says. */
export const PROMISES = page
  .split('\n')
  .filter((line) => /^\| `[a-z]/.test(line))
  .map((line) => line.split('|').map((cell) => cell.trim()))
  .map(([, name = '', , outcome = '', reports = '']) => ({
    name: name.replaceAll('`', ''),
    outcome,
    reports,
  }));

/** The faults of the registry that the page makes promises for: with each it goes on. */
export const REGISTRY_PROMISES = [...page.matchAll(/^- `(registry-[\w-]+)`/gm)].map(([, name = '']) => name);

/** A line of the table, whose ellipses stand for anything. */
export function pattern(reports: string): RegExp {
  const parts = reports.split('…').map((part) => part.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`));
  return new RegExp(`^The bake \\S+ ended as FAILED: ${parts.join('.*')}$`);
}
