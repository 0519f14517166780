import type { PipelineDescription } from '../../lib/contract/documents/pipeline-description';
import { parseRelease } from '../../lib/contract/values/release';
import { emptyCatalog } from '../../lib/core/catalog/catalog';
import { runHousekeeping } from '../../lib/core/housekeeping/housekeeping';
import type { HousekeepingPorts } from '../../lib/core/housekeeping/memory';
import type { Measurement } from '../../lib/core/ports/notices';
import { MemoryInventory } from './memory-inventory';
import { memoryDocuments, memoryParameters, type MemoryParameters } from './memory-ports';
import { channelsAt, DESCRIPTION, publicationAt } from './pipeline-description';
import { imageSet, setImage } from './right-evidence';

export const LATEST = publicationAt(4294, '2025-10-14T22:00:00.000Z');
export const CURRENT = publicationAt(4171, '2025-09-10T00:00:00.000Z');
export const AWAY = { account: '210987654321', region: 'eu-central-1' };
/** A pipeline that publishes to one other account. */
export const DESCRIBED: PipelineDescription = { ...DESCRIPTION, accounts: [AWAY.account] };

/** Housekeeping in memory, on 2025-10-14T23:00Z: Patch Tuesday is six hours old. */
export function housekeepingWorld(
  channels: Parameters<typeof channelsAt>[0],
  more: Readonly<Record<string, unknown>> = {},
) {
  const home = memoryParameters({ ...channelsAt(channels), ...more });
  const away = memoryParameters(channelsAt({}));
  const seen = (at: string, osVersion: string) => ({
    at,
    repository: 'windows/servercore',
    tag: 'ltsc2022',
    digest: `sha256:${'a'.repeat(64)}`,
    platformDigest: null,
    osVersion,
    compressedBytes: null,
  });
  const documents = memoryDocuments({
    'catalog/2022.json': {
      ...emptyCatalog(parseRelease('2022')),
      observations: [
        seen('2025-09-01T00:00:00Z', '10.0.20348.4171'),
        seen('2025-10-14T18:30:00Z', '10.0.20348.4294'),
      ],
      sets: [
        imageSet('set-1', '2025-10-14T18:30:00.000Z', LATEST.osVersion, [
          setImage('servercore', LATEST.osVersion),
        ]),
      ],
    },
    'bakes/last-decision.json': {
      schema: 'winbake.last-decision/1',
      at: '2025-10-14T22:00:00Z',
      decision: 'nothing',
      reason: 'Up to date.',
    },
  });
  const notified: string[] = [];
  const texts: string[] = [];
  const measured: Measurement[] = [];
  const events: unknown[] = [];
  const inventory = new MemoryInventory();
  const state = { now: new Date('2025-10-14T23:00:00Z'), isOpen: true };
  const ports: HousekeepingPorts = {
    documents,
    stores: {
      of: ({ account }): Promise<MemoryParameters> =>
        account !== AWAY.account
          ? Promise.resolve(home)
          : state.isOpen
            ? Promise.resolve(away)
            : Promise.reject(new Error('AccessDenied')),
    },
    notifier: {
      notify: (subject, text) => {
        notified.push(subject);
        texts.push(text);
        return Promise.resolve();
      },
    },
    announcer: {
      announce: (_type, detail) => {
        events.push(detail['id']);
        return Promise.resolve();
      },
    },
    inventory,
    bakeDocuments: {
      all: () => Promise.resolve([]),
      usedBy: () => Promise.resolve([]),
      remove: () => Promise.resolve(),
    },
    isDeploying: () => Promise.resolve(false),
    metrics: { record: (measurements) => measured.push(...measurements) },
    now: () => state.now,
  };
  const pass = (hours: number) => {
    state.now = new Date(state.now.getTime() + hours * 3_600_000);
  };
  const poll = () => runHousekeeping(ports, DESCRIBED);
  return { ports, home, away, inventory, documents, notified, texts, measured, events, state, pass, poll };
}
