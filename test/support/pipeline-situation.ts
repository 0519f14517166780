import { RELEASES } from '../../lib/contract/values/release';
import { readPipelineStatus } from '../../lib/core/housekeeping/pipeline-status';
import { contractFixture } from './contract-fixture';
import { memoryDocuments, memoryParameters } from './memory-ports';
import { channelsAt, DESCRIPTION, publicationAt, UNBAKED } from './pipeline-description';
import { imageSet, setImage } from './right-evidence';

const RELEASE = RELEASES.find(({ name }) => name === '2022')!;
export const SEPTEMBER = publicationAt(4171, '2025-09-10T00:00:00.000Z');
export const OCTOBER = publicationAt(4294, '2025-10-14T22:00:00.000Z');
/** Patch Tuesday is 17:00Z of the 14th. */
const NOW = new Date('2025-10-15T05:00:00Z');
export const CANARY = { ...DESCRIPTION.promotion, delaySeconds: 2 * 3600, canaryFleets: ['shop'] };
export const HOLD = {
  by: 'ann',
  reason: 'the fair',
  at: '2025-10-14T00:00:00Z',
  until: '2025-10-20T00:00:00Z',
};
const observed = (revision: number, at: string) => ({
  at,
  repository: 'windows/servercore',
  tag: 'ltsc2022',
  digest: `sha256:${String(revision).padStart(64, '0')}`,
  platformDigest: null,
  osVersion: `10.0.20348.${revision}`,
  compressedBytes: null,
});
export const CATALOG = {
  schema: 'winbake.catalog/1',
  release: '2022',
  build: 20348,
  observations: [observed(4171, '2025-09-01T00:00:00Z'), observed(4294, '2025-10-14T18:00:00Z')],
  sets: [
    imageSet('set-1', '2025-10-14T18:00:00Z', OCTOBER.osVersion, [setImage('servercore', OCTOBER.osVersion)]),
  ],
  hosts: [],
  accepted: [],
};

export interface Situation {
  readonly current?: typeof SEPTEMBER;
  readonly latest?: typeof SEPTEMBER;
  readonly parameters?: Readonly<Record<string, unknown>>;
  readonly documents?: Readonly<Record<string, unknown>>;
  readonly description?: Partial<typeof DESCRIPTION>;
  readonly isRunning?: boolean;
}

export const decided = (
  decision: string,
  reason: string,
  at = '2025-10-15T04:48:00Z',
  more: object = {},
) => ({
  'bakes/last-decision.json': { schema: 'winbake.last-decision/1', at, decision, reason, ...more },
});
export const notified = (cause: string) => ({
  'notices.json': {
    schema: 'winbake.notices/1',
    notices: { [cause]: { at: '2025-10-15T00:00:00Z', message: 'x' } },
  },
});
export const NOTHING = decided('nothing', '10.0.20348.4294 is baked already.');

export function statusOf(situation: Situation) {
  const { current = OCTOBER, description = {}, documents = NOTHING, latest = OCTOBER } = situation;
  const home = memoryParameters({
    ...channelsAt({ latest, current, previous: UNBAKED }),
    ...situation.parameters,
  });
  const ports = {
    documents: memoryDocuments({ 'catalog/2022.json': CATALOG, ...documents }),
    stores: { of: () => Promise.resolve(home) },
    executions: {
      isRunning: () => Promise.resolve(situation.isRunning ?? false),
      stop: () => Promise.resolve(),
    },
    now: () => NOW,
  };
  return readPipelineStatus(ports, { ...DESCRIPTION, ...description }, RELEASE);
}

export const lease = (order: object | null) => ({
  'bakes/lease.json': { schema: 'winbake.lease/1', execution: 'arn:one', at: '2025-10-15T04:00:00Z', order },
});
/** The newest publication is revoked. */
export const revoked = (more: object) => ({
  'publications/revoked.json': {
    schema: 'winbake.revocations/1',
    publications: [
      {
        id: OCTOBER.id,
        by: 'ann',
        reason: 'leaks',
        at: '2025-10-15T01:00:00.000Z',
        amis: { 'eu-central-1': OCTOBER.amiId },
        restored: null,
        disabled: {},
        isSettled: true,
        usedBy: [],
        ...more,
      },
    ],
  },
});
export const BAD = {
  ...(contractFixture('fleet-state') as object),
  rollout: null,
  bad: [{ publication: OCTOBER.id, at: '2025-10-15T00:00:00Z', reason: 'its tasks failed' }],
};
