import type { z } from 'zod';
import { DOCUMENT_SCHEMAS } from '../../tools/fuzz/document-schemas';

/** A field of each document that is no text. */
const FIELDS = {
  catalog: 'build',
  order: 'targetRevision',
  outage: 'since',
  'image-manifest': 'freeBytesLowest',
  verification: 'checks',
  publication: 'amis',
  'fleet-state': 'bad',
  'host-starts': 'starts',
  'fleet-overrides': 'hold',
  'fleet-deployment': 'until',
  'rollout-log': 'rollouts',
  notices: 'notices',
  deliveries: 'targets',
  'equal-bake': 'amis',
  'awaiting-publication': 'imageBuildVersionArn',
  'last-decision': 'decision',
  lease: 'order',
  failure: 'targetRevision',
  'fleet-lease': 'until',
  failed: 'publications',
  housekeeping: 'failing',
  pipeline: 'retention',
  'gate-policy': 'noBakeWindows',
  'fleet-settings': 'policy',
  revocations: 'publications',
} as const;

/** Each document, with its schema and a field that is no text. */
export const DOCUMENTS: readonly (readonly [string, z.ZodType<object>, string])[] = Object.entries(
  FIELDS,
).map(([name, field]) => [name, DOCUMENT_SCHEMAS[name as keyof typeof FIELDS], field]);
