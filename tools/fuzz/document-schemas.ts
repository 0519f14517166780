import { catalogSchema } from '../../lib/contract/documents/catalog';
import {
  failureSchema,
  imageManifestSchema,
  verificationSchema,
} from '../../lib/contract/documents/evidence';
import { failedPublicationsSchema } from '../../lib/contract/documents/failed-publications';
import {
  fleetDeploymentSchema,
  fleetSettingsSchema,
  fleetStateSchema,
  rolloutLogSchema,
} from '../../lib/contract/documents/fleet-state';
import { gatePolicySchema } from '../../lib/contract/documents/gate-policy';
import { hostStartsSchema } from '../../lib/contract/documents/host-starts';
import {
  housekeepingMemorySchema,
  lastDecisionSchema,
  noticesSchema,
  outageSchema,
} from '../../lib/contract/documents/memory';
import { operateRequestSchema } from '../../lib/contract/documents/operate-request';
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

/** The schema of each document that Winbake keeps, by the name of its fixture. */
export const DOCUMENT_SCHEMAS = {
  'awaiting-publication': awaitingPublicationSchema,
  catalog: catalogSchema,
  deliveries: deliveriesSchema,
  'equal-bake': equalBakeSchema,
  failed: failedPublicationsSchema,
  failure: failureSchema,
  'fleet-deployment': fleetDeploymentSchema,
  'fleet-lease': fleetLeaseSchema,
  'fleet-overrides': fleetOverridesSchema,
  'fleet-settings': fleetSettingsSchema,
  'fleet-state': fleetStateSchema,
  'gate-policy': gatePolicySchema,
  'host-starts': hostStartsSchema,
  housekeeping: housekeepingMemorySchema,
  'image-manifest': imageManifestSchema,
  'last-decision': lastDecisionSchema,
  lease: leaseSchema,
  notices: noticesSchema,
  'operate-requests': operateRequestSchema,
  order: orderSchema,
  outage: outageSchema,
  pipeline: pipelineDescriptionSchema,
  publication: publicationSchema,
  revocations: revocationsSchema,
  'rollout-log': rolloutLogSchema,
  verification: verificationSchema,
} as const;
