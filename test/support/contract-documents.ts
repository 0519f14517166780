import type { z } from 'zod';
import { catalogSchema } from '../../lib/contract/documents/catalog';
import {
  failureSchema,
  imageManifestSchema,
  verificationSchema,
} from '../../lib/contract/documents/evidence';
import {
  fleetDeploymentSchema,
  fleetStateSchema,
  rolloutLogSchema,
  fleetSettingsSchema,
} from '../../lib/contract/documents/fleet-state';
import { hostStartsSchema } from '../../lib/contract/documents/host-starts';
import { failedPublicationsSchema } from '../../lib/contract/documents/failed-publications';
import { gatePolicySchema } from '../../lib/contract/documents/gate-policy';
import {
  housekeepingMemorySchema,
  lastDecisionSchema,
  noticesSchema,
  outageSchema,
} from '../../lib/contract/documents/memory';
import { fleetLeaseSchema, leaseSchema, orderSchema } from '../../lib/contract/documents/order';
import { fleetOverridesSchema } from '../../lib/contract/documents/overrides';
import { pipelineDescriptionSchema } from '../../lib/contract/documents/pipeline-description';
import {
  awaitingPublicationSchema,
  deliveriesSchema,
  equalBakeSchema,
  publicationSchema,
} from '../../lib/contract/documents/publication';
import { revocationsSchema } from '../../lib/contract/documents/revocations';

/** Each document, with its schema and a field that is no text. */
export const DOCUMENTS: readonly (readonly [string, z.ZodType<object>, string])[] = [
  ['catalog', catalogSchema, 'build'],
  ['order', orderSchema, 'targetRevision'],
  ['outage', outageSchema, 'since'],
  ['image-manifest', imageManifestSchema, 'freeBytesLowest'],
  ['verification', verificationSchema, 'checks'],
  ['publication', publicationSchema, 'amis'],
  ['fleet-state', fleetStateSchema, 'bad'],
  ['host-starts', hostStartsSchema, 'starts'],
  ['fleet-overrides', fleetOverridesSchema, 'hold'],
  ['fleet-deployment', fleetDeploymentSchema, 'until'],
  ['rollout-log', rolloutLogSchema, 'rollouts'],
  ['notices', noticesSchema, 'notices'],
  ['deliveries', deliveriesSchema, 'targets'],
  ['equal-bake', equalBakeSchema, 'amis'],
  ['awaiting-publication', awaitingPublicationSchema, 'imageBuildVersionArn'],
  ['last-decision', lastDecisionSchema, 'decision'],
  ['lease', leaseSchema, 'order'],
  ['failure', failureSchema, 'targetRevision'],
  ['fleet-lease', fleetLeaseSchema, 'until'],
  ['failed', failedPublicationsSchema, 'publications'],
  ['housekeeping', housekeepingMemorySchema, 'failing'],
  ['pipeline', pipelineDescriptionSchema, 'retention'],
  ['gate-policy', gatePolicySchema, 'noBakeWindows'],
  ['fleet-settings', fleetSettingsSchema, 'policy'],
  ['revocations', revocationsSchema, 'publications'],
];
