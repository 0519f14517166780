import * as z from 'zod';
import { instant, amiId, osVersion, publicationMode, seconds, weeklyWindows } from './document';
import { fleetOverridesSchema } from './overrides';
import { ring } from './failed-publications';
import { channelSchema } from './publication';
import { FLEET_SETTINGS_SCHEMA, type RolledFleet } from '../values/rollout-policy';

/**
 * A deployment that changes a fleet's group; the parameter `<prefix>/fleets/<fleet>/deployment`. The function that clones the
 * launch template alone writes it, and the reconciler changes nothing of the group meanwhile: Auto Scaling takes no new launch
 * template version while an instance refresh is under way.
 */
export const fleetDeploymentSchema = z.object({
  schema: z.literal('winbake.fleet-deployment/1'),
  /** When it came to the fleet. */
  at: instant,
  /** From then on it pauses nothing, whatever became of it. */
  until: instant,
  /** The launch template version that the group is about to get; null before there is one. */
  version: z.string().nullable(),
});

/** A deployment that changes a fleet's group. */
export type FleetDeployment = z.infer<typeof fleetDeploymentSchema>;

/** An AMI and its publication, null where none is known of it. */
const runningSchema = z.object({ amiId, publication: channelSchema.nullable() });

/** Why a rollout goes back: the publication is bad, or no longer wanted. */
const returnSchema = z.object({ because: z.enum(['bad', 'withdrawn']), reason: z.string() });

const rolloutSchema = z.object({
  publication: channelSchema,
  /** What the group started new instances from before. */
  from: runningSchema,
  /** The launch template, by digest and a version, that most instances of before had, of which none may be left; null where none counts. */
  origin: z.object({ template: z.string(), version: z.string() }).nullable().default(null),
  /** `canary`: the first instances, then their watch; `rest`: the others; `back`: to `from`. */
  phase: z.enum(['canary', 'rest', 'back']),
  /**
   * Where a changed launch template is rolled out and no AMI: digests of what instances ran and of what the group has, and a
   * version of the former, null where none is there to go back to.
   */
  template: z
    .object({ from: z.string(), to: z.string(), fromVersion: z.string().nullable() })
    .nullable()
    .default(null),
  /** The launch template version that the refresh brings, and the one that it was made from. */
  version: z.string(),
  baseVersion: z.string(),
  /** Where the launch template is that of the instances of before: the version with the one that was deployed, which the group gets back. */
  restores: z.string().nullable().default(null),
  /** Null between the wish for a refresh and its start. */
  refreshId: z.string().nullable(),
  /** The newest refresh of the group when this one was wished for. */
  refreshBefore: z.string().nullable(),
  /** Whether Auto Scaling rolls back by itself. */
  autoRollback: z.boolean(),
  startedAt: instant,
  /** When the present refresh was wished for. */
  refreshedAt: instant,
  firstInstanceAt: instant.nullable(),
  /** Whether an instance of the fleet has had a task since it began. */
  hasTasks: z.boolean().default(false),
  /** Instances that wait for their tasks to stop, and since when they were seen to; three at most. */
  draining: z.array(z.object({ instance: z.string(), since: instant })).default([]),
  /** Where the refresh is, and since when. */
  progress: z.object({ percentage: z.number(), at: instant }),
  /** How many refreshes of this phase have failed. */
  failures: z.int().nonnegative(),
  /** Why it goes back; null while it goes on. */
  goingBack: returnSchema.nullable(),
});

/** What a fleet may wait for before it goes on. */
export const WAITS_FOR = [
  'channel',
  'refresh',
  'deployment',
  'canary',
  'hold',
  'window',
  'delay',
  'bad',
  'otherFleet',
  'floor',
  'alarm',
  'capacity',
  'stray',
] as const;

/** How rollouts end. */
const ROLLOUT_OUTCOMES = ['finished', 'rolledBack', 'failed', 'withdrawn', 'superseded'] as const;

/**
 * What a fleet's reconciler knows of it; the parameter `<prefix>/fleets/<fleet>/state`, at most 4 KB. The reconciler alone
 * writes it. Whether a publication does well on a fleet is asked of `fleetVerdict`.
 */
export const fleetStateSchema = z.object({
  schema: z.literal('winbake.fleet-state/1'),
  fleet: z.string().min(1),
  autoScalingGroup: z.string().min(1),
  cluster: z.string().min(1),
  /** The parameter of what it follows, such as `/winbake/2022-core/current/publication`; null as older polls wrote it. */
  channel: z.string().nullable().default(null),
  /** Its wave among the pipeline's fleets; null where it is in none. */
  ring: ring.nullable().default(null),
  /** What new instances start from, and a deployment keeps. */
  amiId,
  /** Its publication; null where none is known of it. */
  publication: channelSchema.nullable(),
  /** What the channel shows, and since when as far as this fleet has seen. */
  wanted: z.object({ publication: channelSchema, since: instant }).nullable(),
  rollout: rolloutSchema.nullable(),
  /** The last rollout that ended; `proven` where instances ran it. */
  last: z
    .object({
      publication: channelSchema.shape.id,
      outcome: z.enum(ROLLOUT_OUTCOMES),
      at: instant,
      proven: z.boolean(),
    })
    .nullable(),
  /**
   * The group's launch template but for its AMI, as a digest; null before the first poll that knew of it. What ran then counts
   * as `equal`; `older` counts instances of others; `failed` are those that failed and that instances still have; `ended` is how its
   * own rollout ended.
   */
  template: z
    .object({
      digest: z.string(),
      equal: z.array(z.string()),
      older: z.int().nonnegative(),
      failed: z.array(z.string()).max(2).default([]),
      ended: z.object({ outcome: z.enum(ROLLOUT_OUTCOMES), at: instant }).nullable(),
    })
    .nullable()
    .default(null),
  /**
   * What ways back lead to while the group starts new instances from something that was never tried here: what was tried last;
   * null where the group's own was.
   */
  lastTried: runningSchema.nullable().default(null),
  /** Publications that every instance ran, the newest four first: a way back to them needs no trial. */
  ran: z.array(channelSchema.shape.id).default([]),
  /** AMIs of the same OS version and mode, which instances may go on running. */
  equalAmis: z.array(amiId),
  /** Publications that failed here; not tried again without a person's override. Newest first. */
  bad: z.array(z.object({ publication: channelSchema.shape.id, reason: z.string(), at: instant })),
  /** What people say of the fleet, as of the last poll. */
  hold: fleetOverridesSchema.shape.hold,
  floor: fleetOverridesSchema.shape.floor,
  accepted: fleetOverridesSchema.shape.accepted,
  /** What people are notified, by cause; `notifiedAt` once the message went out. */
  notices: z.record(
    z.string(),
    z.object({ at: instant, message: z.string(), notifiedAt: instant.nullable() }),
  ),
  /** What it waits for at the last poll, and since when; null where it waits for nothing. */
  waiting: z
    .object({ for: z.enum(WAITS_FOR), reason: z.string(), since: instant })
    .nullable()
    .default(null),
  /** When it was last written. */
  at: instant,
});

/** What a fleet's reconciler knows of it. */
export type FleetState = z.infer<typeof fleetStateSchema>;

/** A rollout that has not ended. */
export type FleetRollout = z.infer<typeof rolloutSchema>;

/** How a rollout ended. */
export type RolloutOutcome = (typeof ROLLOUT_OUTCOMES)[number];

/** What a fleet may wait for. */
export type WaitsFor = (typeof WAITS_FOR)[number];

/** Seconds from launch to first task. */
const startSpreadSchema = z.object({ starts: z.int().positive(), p50: seconds, p90: seconds });

/** One publication on one fleet, from Microsoft's release to the fleet's last instance. */
const entrySchema = z.object({
  publication: channelSchema.shape.id,
  osVersion,
  mode: publicationMode,
  /** Microsoft's release of the revision. */
  released: instant,
  published: instant,
  /** When the fleet first saw it in its channel. */
  promoted: instant,
  firstInstance: instant.nullable(),
  lastInstance: instant.nullable(),
  outcome: z.enum(ROLLOUT_OUTCOMES),
  /** How soon its instances ran their first task, and those of before; null where nothing was measured. */
  firstTask: z
    .object({ now: startSpreadSchema, before: startSpreadSchema.nullable() })
    .nullable()
    .default(null),
  /** Hours from Microsoft's release to the last instance; null where it did not get there. */
  hoursFromRelease: z.number().nullable(),
  /** Who held the fleet meanwhile, and why. */
  holds: z.array(z.object({ by: z.string(), reason: z.string(), at: instant, until: instant })),
});

/**
 * What a fleet did with the publications of one month, by Microsoft's release; the parameter
 * `<prefix>/fleets/<fleet>/log/<yyyy-mm>`, at most 4 KB.
 */
export const rolloutLogSchema = z.object({
  schema: z.literal('winbake.rollout-log/1'),
  fleet: z.string().min(1),
  /** Such as `2026-07`. */
  month: z.string().regex(/^\d{4}-\d{2}$/, 'is no month'),
  /** Oldest first. */
  rollouts: z.array(entrySchema),
});

/** What a fleet did with the publications of one month. */
export type RolloutLog = z.infer<typeof rolloutLogSchema>;

/** Seconds from launch to first task, of some instances. */
export type StartSpread = z.infer<typeof startSpreadSchema>;

/** One publication on one fleet. */
export type RolloutLogEntry = z.infer<typeof entrySchema>;

/**
 * What a stack says of a fleet; it alone writes them. A stack writes them before it changes the function that reads them, so
 * that a field which is unknown is passed over.
 */
export const fleetSettingsSchema = z.object({
  schema: z.literal(FLEET_SETTINGS_SCHEMA),
  fleet: z.string().min(1),
  channel: z.string().min(1),
  /** Absent as older stacks wrote it. */
  amiOwner: z.string().min(1).optional(),
  autoScalingGroup: z.string().min(1),
  launchTemplateId: z.string().min(1),
  cluster: z.string().min(1),
  topicArn: z.string(),
  policy: z.object({
    canaryPercentage: z.number().min(1).max(100),
    watchSeconds: seconds,
    /** What stacks of before did not say. */
    maxHealthyPercentage: z.number().min(101).max(200).default(110),
    maxFirstTaskSlowdown: z.number().gt(1).nullable().default(null),
    delaySeconds: seconds,
    stallSeconds: seconds,
    drainLimitSeconds: seconds.nullable(),
    windows: weeklyWindows,
    /** Auto Scaling takes ten. */
    alarms: z.array(z.string().min(1)).max(10),
    rollEqualRevision: z.boolean(),
    rollTemplateChanges: z.boolean(),
    ring: ring.nullable(),
    ringLimitSeconds: seconds,
    patchWithinSeconds: seconds,
  }),
}) satisfies z.ZodType<RolledFleet>;

/** Of a fleet's settings the patch budget alone, for those who read settings of any version. */
export const fleetBudgetSchema = z.object({ policy: z.object({ patchWithinSeconds: seconds }) });
