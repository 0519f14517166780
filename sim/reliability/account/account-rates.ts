/** How often what goes wrong goes wrong in an account. */
export const ACCOUNT_RATES = {
  /** Of months: a family comes 12 to 60 h late, a family is pushed once more, an update out of band, the registry is down for hours. */
  lateFamily: 0.25,
  repushed: 0.2,
  outOfBand: 0.15,
  outage: 0.3,
  /** Of bakes: they fail and say why, fail without a word, and document images that are newer than their host. */
  bakeFails: 0.08,
  bakeSilent: 0.03,
  bakeWrong: 0.03,
  /** Of publications: that fail on every fleet, and on some. */
  badEverywhere: 0.06,
  badSomewhere: 0.12,
  /** Of months, for each fleet. */
  fleetHold: 0.08,
  floor: 0.06,
  /** Of months: the pipeline is held, taken back to what was before, or something is revoked, half of which is restored after days. */
  pipelineHold: 0.08,
  rollback: 0.06,
  revoke: 0.1,
  /** Of months: a person orders a bake at once. */
  rebake: 0.1,
  /** Of months, for each stack with fleets: a team deploys another launch template. */
  deploy: 0.5,
  /** Of deployments: with a launch template that fails, and that CloudFormation takes back. */
  badTemplate: 0.12,
  failedDeployment: 0.15,
  /** Of the runs of a function: it is killed after some call. */
  killed: 0.01,
  /** Of months: two days from Patch Tuesday on with late, lost and doubled events, throttling, old reads and conflicts. */
  badDays: 0.3,
  /** Of notices: a person answers within three days. */
  answered: 0.6,
};

/** What is drawn. */
export type AccountRate = keyof typeof ACCOUNT_RATES;
