import * as z from 'zod';
import { instant, amiId, release, revision, sha256 } from './document';

/**
 * How an order ended, for good; `refused` where Image Builder did not begin it and never will, `notLaunched` where EC2 did not
 * know the instance profile yet. An earlier release that is deployed again knows no further end: a kind of failure is a field beside it.
 */
const ORDER_ENDS = ['published', 'failed', 'cancelled', 'refused', 'notLaunched'] as const;

/** The one bake that a pipeline may run: which execution decides now, and how far its order has come. */
export const leaseSchema = z.object({
  schema: z.literal('winbake.lease/1'),
  /** The execution of the state machine that decides, waits or bakes. */
  execution: z.string().startsWith('arn:'),
  /** When that execution took the lease. */
  at: instant,
  /** The last order; null before the first. */
  order: z
    .object({
      id: z.string().min(1),
      /** The image build version that carries it out; null until it is known to have started. */
      image: z.string().startsWith('arn:').nullable(),
      /** Null while it is carried out. */
      ended: z.enum(ORDER_ENDS).nullable(),
      /**
       * The instant in the `winbake.awaiting-publication/1` by which its finished image was taken up again: that happens
       * once, whatever becomes of it.
       */
      takenUp: instant.optional(),
      /** Its test or distribution failed and was tried again, which happens once. */
      isRetried: z.boolean().optional(),
      /** It failed because of the registry or Windows Update. */
      isOutage: z.boolean().optional(),
      /** It failed without reporting why, for example because Windows restarted on its own. */
      isInterrupted: z.boolean().optional(),
    })
    .nullable(),
  /** The override of a person who ends what is under way. */
  cancel: z.object({ by: z.string().min(1), reason: z.string().min(1), at: instant }).optional(),
});

/** The one bake that a pipeline may run. */
export type Lease = z.infer<typeof leaseSchema>;

/** The order of a lease. */
export type LeasedOrder = NonNullable<Lease['order']>;

/** How an order ended. */
export type OrderEnd = Pick<LeasedOrder, 'isInterrupted' | 'isOutage'> & {
  readonly ended: (typeof ORDER_ENDS)[number];
};

/**
 * Until when nobody may begin to reconcile a fleet; the parameter `<prefix>/fleets/<fleet>/lease`, see
 * `lib/core/fleet/reconcile-fleet.ts`.
 */
export const fleetLeaseSchema = z.object({
  schema: z.literal('winbake.fleet-lease/1'),
  /** The request that wrote it. */
  by: z.string().min(1),
  until: instant,
  /** When a request wrote the fleet's state last, so that an older one is known for what it is. */
  state: instant.optional(),
});

/** Until when nobody may begin to reconcile a fleet. */
export type FleetLease = z.infer<typeof fleetLeaseSchema>;

/** What one bake shall do; written before it starts, kept, and carried by its id into manifest and verification. */
export const orderSchema = z.object({
  schema: z.literal('winbake.order/1'),
  id: z.string().min(1),
  release,
  /** Why the bake was ordered, in a word or two. */
  trigger: z.string().min(1),
  /** The id of the image set in the catalog. */
  set: z.string().min(1),
  targetRevision: revision,
  baseAmiId: amiId,
  scriptsSha256: sha256,
  recipeArn: z.string().startsWith('arn:'),
  /** Counted from 1. */
  attempt: z.int().positive(),
  /** How often the same was ordered before and launched no instance, which counts as no attempt; left out, never. */
  launchRetries: z.int().positive().optional(),
  /** How often the same failed before because of a service outside, which counts as no attempt; left out, never. */
  outages: z.int().positive().optional(),
  /** When the same was ordered first; left out, this is the first. */
  firstAt: instant.optional(),
  /** How often the same was ordered before and was interrupted, which counts as no attempt; left out, never. */
  interruptions: z.int().positive().optional(),
  /** An update that must be installed afterwards, such as `KB5066782`; else the bake fails. */
  kb: z
    .string()
    .regex(/^KB\d{6,8}$/, 'is no update such as KB5066782')
    .optional(),
});

/** The order of one bake. */
export type Order = z.infer<typeof orderSchema>;

/**
 * What makes the start of an order's build happen once: the end of its id, which holds the digits of its set and its instant.
 * The whole id is longer than the 36 characters that Image Builder takes.
 *
 * @see https://docs.aws.amazon.com/imagebuilder/latest/APIReference/API_StartImagePipelineExecution.html
 */
export function clientTokenOf({ id }: Pick<Order, 'id'>): string {
  return id.replace(/^[\d.]+-/, '');
}

/** What makes the second try of an order's test or distribution happen once. */
export function retryTokenOf(order: Pick<Order, 'id'>): string {
  return `${clientTokenOf(order)}-again`;
}

/** When an order was made, to the second, as its id says; the beginning of time for an id of another form. */
export function orderedAt({ id }: Order): Date {
  const match = /-(\d{4})(\d{2})(\d{2})T(\d{2})(\d{2})(\d{2})Z$/.exec(id);
  const [, year, month, day, hour, minute, second] = match ?? [];
  return new Date(
    match ? `${year ?? ''}-${month ?? ''}-${day ?? ''}T${hour ?? ''}:${minute ?? ''}:${second ?? ''}Z` : 0,
  );
}
