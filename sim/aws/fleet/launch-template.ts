/** A version of a launch template, as far as it matters here. */
export interface LaunchTemplateVersion {
  readonly number: number;
  /** Undefined where the version names none, as the one that CloudFormation makes. */
  readonly amiId: string | undefined;
  readonly userData: string;
  readonly description: string | undefined;
  readonly createdAt: Date;
  /** What a repeated request is known by. */
  readonly clientToken: string | undefined;
}

/** What all versions of a launch template have in common. */
export interface LaunchTemplateOptions {
  readonly id: string;
  /** The name that EC2 shows; the id unless said. */
  readonly name?: string;
  /** The role of its instance profile, which whoever lets a group start from it must be allowed to pass. */
  readonly instanceRole?: string;
  /** The secrets by which its user data lets hosts read registries, by their hosts; none unless said. */
  readonly registrySecrets?: Readonly<Record<string, string>>;
  /** The name of its instance profile, where somebody asks for it. */
  readonly instanceProfile?: string;
  /** Whether it tags what it starts, which whoever lets a group start from it must be allowed to do. */
  readonly tagsInstances?: boolean;
}

/** A launch template: immutable versions, numbered from 1. */
export class SimulatedLaunchTemplate {
  readonly id: string;
  readonly name: string;
  readonly versions: LaunchTemplateVersion[] = [];

  constructor(readonly options: LaunchTemplateOptions) {
    this.id = options.id;
    this.name = options.name ?? options.id;
  }

  /** Adds a version and gives its number. */
  add(
    version: Pick<LaunchTemplateVersion, 'amiId'> & Partial<LaunchTemplateVersion>,
    now: Date,
  ): LaunchTemplateVersion {
    const { amiId, clientToken, description, userData = '' } = version;
    const added = {
      number: this.versions.length + 1,
      amiId,
      userData,
      description,
      createdAt: now,
      clientToken,
    };
    this.versions.push(added);
    return added;
  }

  /** A version by its number, `$Latest` or `$Default`, which is the first. */
  find(version: string): LaunchTemplateVersion | undefined {
    switch (version) {
      case '$Latest':
        return this.versions.at(-1);
      case '$Default':
        return this.versions[0];
      default:
        return this.versions.find(({ number }) => String(number) === version);
    }
  }
}
