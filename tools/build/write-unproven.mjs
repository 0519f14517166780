// Writes docs/unproven.md from the claims of lib/core/claims.
import { writeFileSync } from 'node:fs';
import { tsImport } from 'tsx/esm/api';

const { unprovenPage } = await tsImport('./unproven-page.ts', import.meta.url);
writeFileSync(new URL('../../docs/unproven.md', import.meta.url), unprovenPage());
