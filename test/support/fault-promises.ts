import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const page = readFileSync(join(__dirname, '..', '..', 'docs', 'faults.md'), 'utf8');

/** The faults of the build machine in docs/faults.md: fault, outcome, what it says. */
export const PROMISES = [
  ...page.matchAll(/^- `([a-z0-9-]+)` (fails|goes on):\s((?:.+\n)(?: {2}.+\n)*)/gm),
].map(([, name = '', outcome = '', text = '']) => ({
  name,
  outcome,
  reports: /`([^`]+)`\s*$/.exec(text.replaceAll(/\s+/g, ' '))?.[1] ?? '',
}));

/** The faults of the registry that the page makes promises for: with each it goes on. */
export const REGISTRY_PROMISES = [...page.matchAll(/^- `(registry-[\w-]+)`:/gm)].map(([, name = '']) => name);

/** What a fault says, whose ellipses stand for anything. */
export function pattern(reports: string): RegExp {
  const parts = reports.split('…').map((part) => part.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`));
  return new RegExp(`^The bake \\S+ ended as FAILED: ${parts.join('.*')}$`);
}
