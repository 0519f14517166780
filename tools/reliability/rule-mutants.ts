// What breaks each rule of docs/design.md that a simulated installation can break, in the code that keeps it.

const EVALUATE = 'lib/core/fleet/evaluate-rollout.ts';
const NEXT = 'lib/core/fleet/next-rollout-action.ts';
const BETWEEN = 'lib/core/fleet/between-refreshes.ts';
const DURING = 'lib/core/fleet/while-refreshing.ts';
const ACT = 'lib/core/fleet/carry-out-action.ts';
const END = 'lib/core/fleet/rollout-log.ts';
const OBSERVE = 'lib/core/fleet/observe-fleet.ts';
const RECONCILE = 'lib/core/fleet/reconcile-fleet.ts';
const PAUSE = 'lib/core/fleet/deployment-pause.ts';
const CLONE = 'lib/core/fleet/clone-with-live-ami.ts';
const STATE = 'lib/core/fleet/fleet-state.ts';
const NOTE = 'lib/core/housekeeping/note-failed.ts';

/** A deliberate breakage of a rule. */
export interface RuleMutant {
  readonly rule: string;
  /** What is broken of it. */
  readonly what: string;
  readonly file: string;
  /** Texts of the file, each of which is there once, and what becomes of them. */
  readonly changes: readonly (readonly [string, string])[];
}

const TABLE: readonly (readonly [rule: string, what: string, file: string, ...changes: readonly string[]])[] =
  [
    [
      'R5',
      'a poll reads the clock of the computer',
      OBSERVE,
      'const now = ports.now();',
      'const now = new Date();',
    ],
    [
      'R7',
      'a ring waits for no ring before it',
      NEXT,
      'const isWell = before === undefined || before.well === before.fleets;',
      'const isWell = true;',
    ],
    [
      'R7',
      'a ring does not wait for accounts that cannot be read',
      NEXT,
      'isWell && unread.length === 0;',
      'isWell;',
    ],
    [
      'R7',
      'a ring waits for as long as the first one',
      NEXT,
      '+ ring * ringLimitSeconds * 1000',
      '+ ringLimitSeconds * 1000',
    ],
    ['R7', 'a ring waits without end', NEXT, 'if (isFree || now >= limit) {', 'if (isFree) {'],
    [
      'R7',
      'a ring waits for the first one instead of the nearest',
      NEXT,
      '.sort((one, other) => other.ring - one.ring)',
      '.sort((one, other) => one.ring - other.ring)',
    ],
    [
      'R7',
      'a fleet counts as well before it runs a publication',
      NOTE,
      'behind = all.filter((one) => !isWell(one, id))',
      'behind = all.filter((one) => isWell(one, ""))',
    ],
    [
      'R7',
      'a failure elsewhere stops nobody',
      EVALUATE,
      'return elsewhere.publications.find(',
      'return [].find(',
    ],
    [
      'R7',
      'a failure does not stop its own ring',
      EVALUATE,
      'policy.ring < ring) &&',
      'policy.ring <= ring) &&',
    ],
    [
      'R7',
      'a failure does not stop fleets of no ring',
      EVALUATE,
      '!(ring !== null && policy.ring !== null && policy.ring < ring) &&',
      'policy.ring !== null && !(ring !== null && policy.ring < ring) &&',
    ],
    [
      'R7',
      'failures are not noted',
      NOTE,
      'const publications = shown.flatMap((id) => firstFailure(states, id) ?? []);',
      'const publications = [];',
    ],
    [
      'R7',
      'an acceptance lets nothing pass',
      EVALUATE,
      '!(accepted?.publication === id && accepted.at >= at),',
      'true,',
    ],
    [
      'R7',
      'the hold of the pipeline stops nobody',
      EVALUATE,
      'const hold = own ?? all;',
      'const hold = own;',
    ],
    [
      'R7',
      'accounts other than the pipeline’s learn nothing',
      NOTE,
      'readable.map(({ store, target }) =>',
      'readable.slice(0, 1).map(({ store, target }) =>',
    ],
    [
      'R7',
      'a way back waits as a way forward does',
      EVALUATE,
      'return ran.includes(wanted.id) || (publication !== null && isNewer(publication, wanted));',
      'return false;',
    ],
    [
      'R7',
      'a fleet does not wait for its delay',
      NEXT,
      'return passed < policy.delaySeconds',
      'return passed < 0',
    ],
    [
      'R7',
      'a fleet waits for no window',
      NEXT,
      'return isOpen(policy.windows, now)\n    ? undefined',
      'return true\n    ? undefined',
    ],
    [
      'R9',
      'what is revoked is begun',
      NEXT,
      'const revoked = revocationOf(world, wanted.amiId);',
      'const revoked = undefined;',
    ],
    [
      'R9',
      'what is revoked goes on',
      EVALUATE,
      'const revoked = revocationOf(world, publication.amiId);',
      'const revoked = undefined;',
    ],
    [
      'R9',
      'what is revoked is gone back to',
      EVALUATE,
      'isBelowFloor(publication?.osVersion, floorOf(world)) || revocationOf(world, amiId) !== undefined;',
      'isBelowFloor(publication?.osVersion, floorOf(world));',
    ],
    [
      'R9',
      'what is revoked equals something',
      NEXT,
      '!world.policy.rollEqualRevision && !isRevoked &&',
      '!world.policy.rollEqualRevision &&',
    ],
    [
      'R9',
      'an instance stays on a revoked equal one',
      NEXT,
      '(state.equalAmis.includes(amiId) && revocationOf(world, amiId) === undefined)',
      'state.equalAmis.includes(amiId)',
    ],
    [
      'R9',
      'off what is revoked a fleet waits for rings, windows and the pipeline',
      EVALUATE,
      'running.some((amiId) => amiId !== wanted.amiId && revocationOf(world, amiId) !== undefined)',
      'false',
    ],
    [
      'R9',
      'off what is revoked a fleet breaks its own hold',
      EVALUATE,
      'const hold = own ?? all;',
      'const hold = mayHurry(world, wanted) ? undefined : (own ?? all);',
    ],
    [
      'R9',
      'revocations are not noted',
      NOTE,
      'return revoked.length === 0 ? wanted',
      'return revoked.length >= 0 ? wanted',
    ],
    [
      'Fleets 1',
      'the intent is not written before a refresh',
      ACT,
      '  await keeper.keep(wished, now);\n  const refreshId',
      '  const refreshId',
    ],
    [
      'Fleets 1',
      'a refresh that was not noted is started again',
      DURING,
      'if (rollout === null || !isOurs(rollout, refresh)) {\n    return waiting(',
      'if (rollout === null || !isOurs(rollout, refresh)) {\n    return rollout !== null ? turn(world, rollout) ?? { kind: "startRefresh", phase: "canary", publication: rollout.publication, goingBack: null, isRetry: false, autoRollback: false, reason: "" } : waiting(',
    ],
    [
      'Fleets 2',
      'the version changes without a refresh',
      NEXT,
      'publication.osVersion === wanted.osVersion &&\n    publication.mode === wanted.mode &&',
      '',
    ],
    [
      'Fleets 2',
      'an equal publication is rolled out',
      NEXT,
      'publication.amiId === groupAmiId &&',
      'publication.amiId !== groupAmiId &&',
    ],
    [
      'Fleets 2',
      'an equal publication counts as tried at once',
      ACT,
      'tried ? null : (state.lastTried ?? ownOf(world))',
      'null',
    ],
    ['Fleets 3', 'a canary has no checkpoint', ACT, 'isCanary && canaryPercentage < 100', 'false'],
    [
      'Fleets 3',
      'the rest is of the canary’s refresh',
      ACT,
      'percentages: [canaryPercentage],',
      'percentages: [canaryPercentage, 100],',
    ],
    [
      'Fleets 3',
      'the checkpoint ends after an hour',
      ACT,
      'seconds: LONGEST_CHECKPOINT_SECONDS }',
      'seconds: 3600 }',
    ],
    [
      'Fleets 3',
      'a canary is half of the group more',
      ACT,
      'percentages: [canaryPercentage],',
      'percentages: [Math.min(99, canaryPercentage + 50)],',
    ],
    [
      'Fleets 4',
      'what failed is not bad',
      END,
      'bad: [{ publication: publication.id, reason, at }, ...others]',
      'bad: others',
    ],
    [
      'Fleets 4',
      'what fails is good',
      EVALUATE,
      'const isWorse = here.share > elsewhere.share;',
      'const isWorse = false;',
    ],
    [
      'Fleets 4',
      'a host that never registers is waited for',
      EVALUATE,
      "return { verdict: 'bad', reason: 'its instances boot and never register with ECS' };",
      "return { verdict: 'waiting', reason: '' };",
    ],
    [
      'Fleets 4',
      'missing capacity is blamed on the publication',
      BETWEEN,
      'if (!isAlarm && !isCapacity) {',
      'if (!isAlarm) {',
    ],
    [
      'Fleets 4',
      'an acceptance leaves it bad',
      OBSERVE,
      'publication !== accepted?.publication || at > accepted.at,',
      'true,',
    ],
    [
      'Fleets 5',
      'unreadable overrides hold nobody',
      OBSERVE,
      "hold: { by: 'somebody', reason, at: '1970-01-01T00:00:00Z', until: '9999-12-31T00:00:00Z' },",
      'hold: null,',
    ],
    [
      'Fleets 5',
      'the hold of a fleet holds it not',
      EVALUATE,
      'const hold = own ?? all;',
      'const hold = all;',
    ],
    [
      'Fleets 6',
      'the floor is no floor',
      EVALUATE,
      'if (wanted === undefined) {\n    return false;',
      'if (wanted !== undefined) {\n    return false;',
    ],
    [
      'Fleets 6',
      'the floor is gone back below',
      EVALUATE,
      'return isOther && !isBarred(world, from.amiId, from.publication);',
      'return isOther;',
    ],
    [
      'Fleets 7',
      'the reconciler writes what people say',
      RECONCILE,
      'await keeper.keep(state, now);\n  for',
      'await ports.parameters.put(keeper.name.replace("/state", "/overrides"), JSON.stringify({ schema: "winbake.fleet-overrides/1", hold: given.hold, floor: given.floor, accepted: null }), "text");\n  await keeper.keep(state, now);\n  for',
    ],
    [
      'Fleets 7',
      'requests work without the lease',
      RECONCILE,
      'if (known !== undefined && Date.parse(known.until) > now().getTime()) {',
      'if (false) {',
      'if (version !== before.version + 1) {',
      'if (false) {',
    ],
    ['Fleets 7', 'an older state is believed', STATE, 'if (at >= expected) {', 'if (true) {'],
    [
      'Fleets 8',
      'a deployment pauses nobody',
      PAUSE,
      'return deployment === undefined || !CHANGES_GROUP',
      'return true || !CHANGES_GROUP',
    ],
    [
      'Fleets 8',
      'a deployment brings the AMI of the channel',
      CLONE,
      'clone(group?.amiId ?? (await firstAmi(ports, request)))',
      'clone(await firstAmi(ports, request))',
    ],
    [
      'Fleets 8',
      'a deployment leaves the refresh that is under way',
      CLONE,
      'const stuckAt = await stopRefresh(ports);',
      'const stuckAt = undefined;',
    ],
    [
      'Fleets 9',
      'a refresh terminates before it launches',
      ACT,
      '    maxHealthyPercentage,\n    bakeSeconds',
      '    maxHealthyPercentage: 100,\n    bakeSeconds',
    ],
    [
      'Fleets 11',
      'a changed launch template is not rolled out',
      NEXT,
      '!policy.rollTemplateChanges ||',
      'policy.rollTemplateChanges ||',
    ],
    [
      'Fleets 11',
      'a launch template that fails is blamed on the publication',
      END,
      'if (state.rollout !== null && state.rollout.template !== null) {',
      'if (false) {',
    ],
    [
      'Fleets 11',
      'a changed launch template has no canary',
      NEXT,
      "      phase: 'canary',\n      publication,\n      goingBack: null,\n      isRetry: false,\n      template: {",
      "      phase: 'rest',\n      publication,\n      goingBack: null,\n      isRetry: false,\n      template: {",
    ],
  ];

/** What breaks the rules, one at a time. */
export const RULE_MUTANTS: readonly RuleMutant[] = TABLE.map(([rule, what, file, ...texts]) => ({
  rule,
  what,
  file,
  changes: texts.flatMap((text, index) => (index % 2 === 0 ? [[text, texts[index + 1] ?? ''] as const] : [])),
}));
