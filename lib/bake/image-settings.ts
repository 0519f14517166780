import { Token } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';
import { defaultFamilies, familyOf } from '../core/images/family';
import { parseImageExtras } from '../core/images/image-extra';
import { parseRelease } from '../contract/values/release';
import { refuse } from '../internal/validate';
import type { WindowsAmiPipelineProps } from './windows-ami-pipeline-props';

/** Which images are cached, and where they come from. */
export interface ImageSettings {
  readonly families: readonly string[];
  readonly extras: readonly string[];
  /** Without a slash at the end. */
  readonly registry: string;
  /** Where images are pulled from: a host, or a host and a path. */
  readonly pullFrom: string;
  readonly proxy: string | undefined;
}

/** Fills in the defaults, and ends synthesis where a prop cannot be used. */
export function imageSettings(
  scope: IConstruct,
  props: WindowsAmiPipelineProps,
  lines: Readonly<Record<string, string>>,
): ImageSettings {
  const release = parseRelease(props.os.release);
  const { extras = [], families = defaultFamilies(release), mirror, proxy } = props;
  if (families.length === 0) {
    refuse(scope, 'families', 'must name at least one family', '[]', 'Leave it out to take the default.');
  }
  for (const family of families) {
    attempt(scope, 'families', props, family, () => familyOf(family, release));
  }
  attempt(scope, 'extras', props, extras.join(' '), () =>
    parseImageExtras(extras, { release, families, lines }),
  );
  if (proxy !== undefined && !Token.isUnresolved(proxy) && !/^https?:\/\/[\w.-]+:\d{1,5}$/.test(proxy)) {
    refuse(
      scope,
      'proxy',
      'must be an address with a port',
      `'${proxy}'`,
      'It is such as http://proxy.example.com:3128, without a name or password.',
    );
  }
  if (
    mirror !== undefined &&
    !Token.isUnresolved(mirror) &&
    !/^[a-z0-9.-]+(:\d+)?(\/[a-z0-9._-]+)*$/i.test(mirror)
  ) {
    refuse(
      scope,
      'mirror',
      'must be a host, or a host and a path',
      `'${mirror}'`,
      "It is such as '123456789012.dkr.ecr.eu-west-1.amazonaws.com/mcr', without https:// and a slash at the end.",
    );
  }
  const registry = checkedRegistry(scope, props.registry);
  return { families, extras, registry, pullFrom: mirror ?? registry.replace('https://', ''), proxy };
}

function attempt(
  scope: IConstruct,
  prop: string,
  { os }: WindowsAmiPipelineProps,
  got: string,
  parse: () => unknown,
): void {
  try {
    parse();
  } catch (error) {
    refuse(scope, prop, `must fit ${os.name}`, `'${got}'`, (error as Error).message);
  }
}

function checkedRegistry(scope: IConstruct, registry = 'https://mcr.microsoft.com'): string {
  const wayOut = 'It is such as https://mcr.microsoft.com; leave it out to take that.';
  if (Token.isUnresolved(registry)) {
    // The host name goes into a component's parameter, so it must be known now.
    refuse(scope, 'registry', 'must be known at synthesis', 'a token', wayOut);
  }
  if (!/^https:\/\/[a-z0-9.-]+(:\d+)?\/?$/i.test(registry)) {
    refuse(scope, 'registry', 'must be an https address without a path', `'${registry}'`, wayOut);
  }
  return registry.replace(/\/$/, '');
}
