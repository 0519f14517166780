/** What the falsehood of a claim costs, the gravest first. */
export const DAMAGES = {
  unsafe: 'an old or wrong AMI runs, a right is too wide, or data is lost',
  stops: 'bakes, deployments or tasks fail',
  late: 'hosts are patched or ready later',
  figures: 'a report, an estimate or a message is wrong',
} as const;

/** What could not be tried without AWS, Windows or the internet, and that Winbake relies on. */
export interface Claim {
  /** Never changes and is never used again: reports and transcripts name it. */
  readonly id: string;
  /** What is believed, as a sentence without its full stop. */
  readonly claim: string;
  /** What happens where it is false. */
  readonly otherwise: string;
  readonly damage: keyof typeof DAMAGES;
  /** How a person proves it; `winbake prove` may do it before. */
  readonly how: string;
}
