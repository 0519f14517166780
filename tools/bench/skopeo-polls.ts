import { candidateTag } from '../../lib/core/images/candidate-tag';
import type { ImageFamily } from '../../lib/core/images/family';
import { formatOsVersion, readOsVersion, type OsVersion } from '../../lib/contract/values/os-version';
import { BenchError } from './bench-error';
import { runProgram, type ProgramRun } from './run-program';

/** What a poll came to: the OS version of each family's image. */
export type Versions = Readonly<Record<string, string>>;

/** What a person does with skopeo, as a script would do it. */
export class SkopeoPolls {
  /** `registry` without its scheme, as skopeo names it. */
  constructor(
    private readonly program: string,
    private readonly registry: string,
    private readonly signal: AbortSignal,
  ) {}

  /** `inspect --raw` and `inspect --config` of each family's floating tag, one after the other. */
  async rawAndConfig(families: readonly ImageFamily[]): Promise<Versions> {
    const versions: [string, string][] = [];
    for (const family of families) {
      await this.inspect(family, tagOf(family), ['--raw']);
      versions.push([family.name, await this.versionInConfig(family, tagOf(family))]);
    }
    return Object.fromEntries(versions);
  }

  /** The one call per family that shows the version, made by someone who knows which: one after the other. */
  async oneCallEach(families: readonly ImageFamily[]): Promise<Versions> {
    const versions: [string, string][] = [];
    for (const family of families) {
      versions.push([family.name, await this.version(family, tagOf(family))]);
    }
    return Object.fromEntries(versions);
  }

  /** The same calls, all at once. */
  async oneCallEachAtOnce(families: readonly ImageFamily[]): Promise<Versions> {
    const versions = await Promise.all(families.map((family) => this.version(family, tagOf(family))));
    return Object.fromEntries(families.map((family, index) => [family.name, versions[index] ?? '']));
  }

  /** `inspect --raw` of each floating tag: with it, a digest can be compared with a known one. */
  async raw(families: readonly ImageFamily[]): Promise<void> {
    for (const family of families) {
      await this.inspect(family, tagOf(family), ['--raw']);
    }
  }

  /**
   * A search for what an older host can run, which believes names and order: the host's own full-revision tag is guessed,
   * else the nearest lower one is taken from the list; dated tags are read newest first until one is not newer than the host.
   */
  async search(families: readonly ImageFamily[], host: OsVersion): Promise<Versions> {
    const versions: [string, string][] = [];
    for (const family of families) {
      const version =
        family.datedTag === undefined
          ? await this.searchRevisionTags(family, host)
          : await this.searchDatedTags(family, host);
      versions.push([family.name, version]);
    }
    return Object.fromEntries(versions);
  }

  private async searchRevisionTags(family: ImageFamily, host: OsVersion): Promise<string> {
    const guess = await this.run(['inspect', '--raw', this.name(family, formatOsVersion(host))]);
    if (guess.ok) {
      return versionInList(guess.stdout);
    }
    const tags = (await this.candidates(family)).filter((tag) => tag.kind === 'revision');
    const [nearest] = tags
      .filter((tag) => !tag.platformOnly && tag.revision <= host.revision)
      .sort((a, b) => b.revision - a.revision);
    return nearest === undefined ? '' : this.version(family, nearest.tag);
  }

  private async searchDatedTags(family: ImageFamily, host: OsVersion): Promise<string> {
    const tags = (await this.candidates(family)).filter((tag) => tag.kind === 'dated');
    for (const { tag } of tags.sort((a, b) => b.rank - a.rank)) {
      const version = await this.versionInConfig(family, tag);
      if ((readOsVersion(version)?.revision ?? Infinity) <= host.revision) {
        return version;
      }
    }
    return '';
  }

  private async candidates(family: ImageFamily) {
    const { stdout } = await this.must(['list-tags', `docker://${this.registry}/${family.repository}`]);
    const { Tags: tags } = JSON.parse(stdout) as { Tags: readonly string[] };
    return tags.map((tag) => candidateTag(family, tag)).filter((tag) => tag !== undefined);
  }

  /** The lists of the base images say the version; single images only in their config. */
  private async version(family: ImageFamily, tag: string): Promise<string> {
    return family.datedTag === undefined
      ? versionInList(await this.inspect(family, tag, ['--raw']))
      : this.versionInConfig(family, tag);
  }

  private async versionInConfig(family: ImageFamily, tag: string): Promise<string> {
    return versionOf(JSON.parse(await this.inspect(family, tag, ['--config'])) as Versioned);
  }

  private async inspect(family: ImageFamily, tag: string, options: readonly string[]): Promise<string> {
    return (await this.must(['inspect', ...options, this.name(family, tag)])).stdout;
  }

  private name(family: ImageFamily, tag: string): string {
    return `docker://${this.registry}/${family.repository}:${tag}`;
  }

  private async must(args: readonly string[]): Promise<ProgramRun> {
    const run = await this.run(args);
    if (!run.ok) {
      throw new BenchError(`skopeo ${args.join(' ')} failed: ${run.stderr.trim()}`);
    }
    return run;
  }

  private run([verb = '', ...args]: readonly string[]): Promise<ProgramRun> {
    const windows = ['--override-os', 'windows', '--override-arch', 'amd64'];
    return runProgram(this.program, [...windows, verb, '--tls-verify=false', ...args], this.signal);
  }
}

interface Versioned {
  readonly 'os.version'?: string;
}

function tagOf(family: ImageFamily): string {
  return family.floatingTags[0] ?? '';
}

function versionInList(body: string): string {
  const { manifests } = JSON.parse(body) as { manifests: readonly { platform: Versioned }[] };
  return manifests[0] === undefined ? '' : versionOf(manifests[0].platform);
}

function versionOf({ 'os.version': version }: Versioned): string {
  return version ?? '';
}
