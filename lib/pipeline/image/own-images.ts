import { Stack } from 'aws-cdk-lib';
import type { Role } from 'aws-cdk-lib/aws-iam';
import type { IConstruct } from 'constructs';
import { allow } from '../../internal/allow';
import { allowSecretReads } from '../../internal/secrets';
import { refuse } from '../../internal/validate';
import type { CachedImage } from '../props/cached-image';

/**
 * What whoever reads manifests asks of a repository, and besides what docker asks for a pull.
 * @see https://docs.aws.amazon.com/AmazonECR/latest/userguide/security-iam-policy-examples.html
 */
const READING = ['ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer'];
const PULLING = [...READING, 'ecr:BatchCheckLayerAvailability'];

/** The secrets by which own images are read, by the hosts of their registries. Ends synthesis where a host has two. */
export function registrySecrets(
  scope: IConstruct,
  images: readonly CachedImage[],
): Readonly<Record<string, string>> {
  const secrets = new Map<string, string>();
  for (const { _own: own } of images) {
    const { registry = '' } = own ?? {};
    const arn = own?.credentials?.secretArn;
    const known = secrets.get(registry);
    if (arn !== undefined && known !== undefined && !isSame(scope, arn, known)) {
      refuse(
        scope,
        'extras',
        'must read each registry by one secret',
        `two for '${registry}'`,
        'Let one login read all repositories that are cached.',
      );
    }
    if (arn !== undefined) {
      secrets.set(registry, arn);
    }
  }
  return Object.fromEntries(secrets);
}

/** Whether two ARNs are the same once the template is made; each import of a secret has tokens of its own. */
function isSame(scope: IConstruct, one: string, other: string): boolean {
  const [first, second] = [one, other].map((arn) => JSON.stringify(Stack.of(scope).resolve(arn)));
  return first === second;
}

/** Allows a role to read own images: their repositories in ECR, and the secrets of other registries. */
export function allowOwnImages(role: Role, images: readonly CachedImage[], use: 'gate' | 'pull'): void {
  const own = images.flatMap(({ _own }) => _own ?? []);
  const repositories = own.flatMap(({ repository }) => repository ?? []);
  for (const repository of new Set(repositories)) {
    repository.grant(role, ...(use === 'gate' ? READING : PULLING));
  }
  if (repositories.length > 0) {
    allow(role, {
      actions: ['ecr:GetAuthorizationToken'],
      resources: ['*'],
      wildcardReason: 'A login to ECR is for a whole registry; what it may read, the repositories say.',
    });
  }
  allowSecretReads(
    role,
    own.flatMap(({ credentials }) => credentials ?? []),
  );
}
