/** What became of one Image Builder execution. */
export interface ImageBuild {
  /** Such as `BUILDING`, `AVAILABLE` or `FAILED`. */
  readonly status: string;
  /** The AMI of each region. */
  readonly amis: Readonly<Record<string, string>>;
  readonly buildInstanceId: string | undefined;
  readonly testInstanceId: string | undefined;
  /** When its first workflow began, by Image Builder's clock; undefined where Image Builder does not report it. */
  readonly startedAt: Date | undefined;
  /** When its last workflow ended, by Image Builder's clock; undefined where Image Builder does not report it. */
  readonly endedAt: Date | undefined;
}

/** The executions of Image Builder, by the ARN of the image build version. */
export interface ImageBuilds {
  describe(imageBuildVersionArn: string): Promise<ImageBuild>;
}
