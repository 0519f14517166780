import * as z from 'zod';
import { instant } from './document';

/** More than a century of them is a mistake. */
const hours = z.number().min(0).max(1_000_000);

/**
 * What `winbake fleet status --all --json` prints of the fleets of an account and region, as far as a page shows it; other
 * versions may leave out what has a default.
 */
export const fleetStatusesSchema = z.object({
  schema: z.literal('winbake.fleet-statuses/1'),
  account: z.string(),
  region: z.string(),
  at: instant.nullable().default(null),
  fleets: z.array(
    z.object({
      fleet: z.string(),
      ring: z.number().nullable(),
      hold: z.object({ by: z.string(), reason: z.string(), until: z.string() }).nullable(),
      runs: z.object({
        publication: z.string().nullable(),
        amiId: z.string(),
        osVersion: z.string().nullable(),
      }),
      wanted: z.object({ id: z.string(), osVersion: z.string() }).nullable(),
      hoursBehind: hours,
      hoursUnpatched: hours,
      patchWithinHours: hours.nullable().default(null),
      waiting: z.object({ for: z.string(), reason: z.string(), since: z.string() }).nullable(),
      isGroupThere: z.boolean(),
      instances: z.array(
        z.object({
          id: z.string(),
          amiId: z.string(),
          publication: z.string().nullable(),
          osVersion: z.string().nullable(),
          lifecycle: z.string(),
          hoursUnpatched: hours.nullable().default(null),
        }),
      ),
    }),
  ),
});

/** The fleets of an account and region. */
export type FleetStatuses = z.infer<typeof fleetStatusesSchema>;
