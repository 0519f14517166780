import { parseDockerImageName } from '../../../lib/core/oci/image-reference';

const DIGEST = `sha256:${'a'.repeat(64)}`;

test.each([
  ['nginx', 'docker.io', 'library/nginx', 'latest', undefined],
  ['contoso/web:7', 'docker.io', 'contoso/web', '7', undefined],
  ['index.docker.io/contoso/web', 'docker.io', 'contoso/web', 'latest', undefined],
  ['localhost/web:7', 'localhost', 'web', '7', undefined],
  ['localhost:5000/web', 'localhost:5000', 'web', 'latest', undefined],
  ['[::1]:5000/web', '[::1]:5000', 'web', 'latest', undefined],
  ['build:5000/a/b:c', 'build:5000', 'a/b', 'c', undefined],
  [
    '111122223333.dkr.ecr.eu-west-1.amazonaws.com/shop',
    '111122223333.dkr.ecr.eu-west-1.amazonaws.com',
    'shop',
    'latest',
    undefined,
  ],
  [`shop.azurecr.io/web@${DIGEST}`, 'shop.azurecr.io', 'web', undefined, DIGEST],
  [`shop.azurecr.io/web:7@${DIGEST}`, 'shop.azurecr.io', 'web', '7', DIGEST],
])('docker takes %s as an image', (text, registry, repository, tag, digest) => {
  expect(parseDockerImageName(text)).toEqual({ registry, repository, tag, digest });
});

test.each([
  ['', 'small letters'],
  ['UPPER/web', 'small letters'],
  ['a:b:c', 'its tag'],
  ['web:', 'its tag'],
  ['web@sha256:1', 'its digest'],
  [`web@${DIGEST}@${DIGEST}`, 'its digest'],
  ['https://mcr.microsoft.com/web', 'its registry'],
  ['a..b/web', 'its registry'],
  ['$IMAGE', 'small letters'],
  ['shop.azurecr.io/', 'small letters'],
])('no image is named %j', (text, sentence) => {
  expect(() => parseDockerImageName(text)).toThrow(sentence);
});
