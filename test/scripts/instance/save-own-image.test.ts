import { digestOf, IMAGE_SET, inspectAnswer, SAVED_IMAGES } from '../support/documents';
import { dockerConfigFile, dockerLogins } from '../support/fake-docker';
import { describeWithPowerShell } from '../support/power-shell';
import { hostState } from '../support/simulated-machine';
import { runTable } from '../support/run-cases';
import { failedPull, saveImageStep } from '../support/save-image-step';

const ECR = '111122223333.dkr.ecr.eu-west-1.amazonaws.com';
const ACR = 'shop.azurecr.io';
const SECRET = 'arn:aws:secretsmanager:eu-west-1:111122223333:secret:acr-AbCdEf';
const LOGINS = {
  'logins.json': {
    ecr: { 'eu-west-1': { value: 'token of the role' } },
    secrets: { [SECRET]: { value: '{"username":"puller","password":"p!^%&\\"xä😀"}' } },
  },
};

const own = (name: string, repository: string, digit: number) => ({
  family: `${name}@extra`,
  repository,
  tag: '7',
  aliases: [],
  digest: digestOf(digit),
  platformDigest: digestOf(digit),
  osVersion: '10.0.20348.4171',
  mode: 'nearestLower',
  compressedBytes: 100_000_000,
});
const SHOP = own('shop', `${ECR}/shop/web`, 7);
const JOBS = own('jobs', `${ACR}/jobs`, 8);
const HUB = own('hub', 'docker.io/acme/web', 9);

/** What docker says of an own image that is there. */
const inspected = (one: typeof SHOP, changes: object = {}) => ({
  call: `image inspect ${one.repository}*`,
  stdout: inspectAnswer(1, {
    Id: digestOf(12),
    RepoDigests: [`${one.repository}@${one.platformDigest}`],
    OsVersion: one.osVersion,
    ...changes,
  }),
});

const step = (
  faults: Parameters<typeof saveImageStep>[0] = [],
  options: Parameters<typeof saveImageStep>[1] = {},
  parameters: Record<string, unknown> = {},
) =>
  saveImageStep(
    [...faults, inspected(SHOP), inspected(JOBS)],
    {
      beside: LOGINS,
      ...options,
      documents: {
        'image-set.json': { ...IMAGE_SET, images: [...IMAGE_SET.images, SHOP, JOBS] },
        ...options.documents,
      },
    },
    { Secrets: `${ACR}=${SECRET}`, ...parameters },
  );

interface Saved {
  readonly complete: boolean;
  readonly images: readonly { readonly family: string }[];
  readonly leftOut: readonly { readonly family: string; readonly message: string }[];
}

/** What is no JSON object with two texts. */
const WRONG_SECRETS = {
  noJson: 'hush',
  text: '"hush"',
  list: '["hush"]',
  nothing: 'null',
  empty: '',
  binary: null,
  noPassword: '{"username":"hush"}',
  number: '{"username":"hush","password":1}',
};
const withSecret = (value: string | null) =>
  step([], { beside: { 'logins.json': { ...LOGINS['logins.json'], secrets: { [SECRET]: { value } } } } });

const WRONG_NAMES = Object.keys(WRONG_SECRETS) as (keyof typeof WRONG_SECRETS)[];
const wrongSecrets = Object.fromEntries(
  WRONG_NAMES.map((name) => [name, withSecret(WRONG_SECRETS[name])]),
) as Record<keyof typeof WRONG_SECRETS, ReturnType<typeof step>>;
const NO_LOGIN = `The secret ${SECRET} is no JSON object with the texts "username" and "password". (`;

describeWithPowerShell('Save-Image with own images', () => {
  const result = runTable({
    good: step(),
    denied: step([{ ...failedPull('denied: not authorized'), call: `pull ${ECR}*` }]),
    noRole: step([], { beside: { 'logins.json': { ...LOGINS['logins.json'], ecr: {} } } }),
    ...wrongSecrets,
    hub: step(
      [inspected(HUB)],
      { documents: { 'image-set.json': { ...IMAGE_SET, images: [...IMAGE_SET.images, HUB] } } },
      { Secrets: `docker.io=${SECRET}` },
    ),
    hangs: step([{ call: `pull ${ECR}*`, hangSeconds: 60 }], {}, { OwnSeconds: 1 }),
    wrong: step([
      { ...inspected(SHOP, { OsVersion: '10.0.20348.9999' }), times: 1 },
      { call: 'image rm *' },
      { call: `image inspect ${ECR}*`, exitCode: 1, stderr: 'No such image' },
    ]),
    wrongStays: step([
      inspected(SHOP, { OsVersion: '10.0.20348.9999' }),
      { call: 'image rm *', exitCode: 1 },
    ]),
    full: step([], {
      host: hostState({ freeBytes: 4_500_000_000 }),
      documents: { 'saved-images.json': SAVED_IMAGES },
    }),
    basesFail: step([failedPull('no matching manifest')]),
  });
  const saved = (name: Parameters<typeof result>[0]) =>
    result(name).machine.read('saved-images.json') as Saved;
  const families = (name: Parameters<typeof result>[0]) => saved(name).images.map(({ family }) => family);

  test('pulls them last, each with its own login, and names them as docker does', () => {
    const { exitCode, machine, stderr } = result('good');
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    const pulls = machine.calls().filter((call) => call.startsWith('pull '));
    expect(pulls.slice(2)).toEqual([
      `pull ${SHOP.repository}@${SHOP.platformDigest}`,
      `pull ${JOBS.repository}@${JOBS.platformDigest}`,
    ]);
    expect(machine.calls()).toContain(`tag ${SHOP.repository}@${SHOP.platformDigest} ${SHOP.repository}:7`);
    expect(dockerLogins(machine.folder)).toEqual([
      {
        of: `${SHOP.repository}@${SHOP.platformDigest}`,
        login: { ServerURL: ECR, Username: 'AWS', Secret: 'token of the role' },
      },
      {
        of: `${JOBS.repository}@${JOBS.platformDigest}`,
        login: { ServerURL: ACR, Username: 'puller', Secret: 'p!^%&"xä😀' },
      },
    ]);
    expect(dockerConfigFile(machine.folder, 'calls')).toMatch(/^[\n -~]+$/);
    expect(families('good')).toEqual(['servercore', 'iis', 'shop@extra', 'jobs@extra']);
    expect(saved('good')).toMatchObject({ complete: true, leftOut: [] });
    expect(machine.has('ProgramData/Winbake/Update-OwnImage.ps1')).toBe(true);
    expect(machine.has('ProgramData/Winbake/docker-login')).toBe(false);
  });

  test.each([
    ['denied', 'shop@extra', 'denied: not authorized'],
    ['noRole', 'shop@extra', 'has no login eu-west-1'],
    ...WRONG_NAMES.map((name) => [name, 'jobs@extra', NO_LOGIN] as const),
    ['hangs', 'shop@extra', 'took longer than 1 s together'],
    ['wrong', 'shop@extra', 'is an image of 10.0.20348.9999; the catalog says 10.0.20348.4171'],
  ] as const)('that cannot be had leaves out that one alone: %s', (name, family, message) => {
    const { exitCode, stderr, stdout } = result(name);
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    expect(stdout.join('\n')).toMatch(/Left out (shop|jobs)@extra \([34] of 4\): /);
    const left = saved(name).leftOut.find((one) => one.family === family);
    expect(left?.message).toContain(message);
    expect(stdout.join()).not.toMatch(/hush|token of the role/);
    expect(families(name)).toEqual(expect.arrayContaining(['servercore', 'iis']));
    expect(families(name)).not.toContain(family);
    expect(saved(name).complete).toBe(true);
  });

  test('is taken off the machine where it is not the planned one, or the bake fails', () => {
    const removed = result('wrong')
      .machine.calls()
      .filter((call) => call.startsWith('image rm '));
    expect(removed).toEqual([
      `image rm --force ${SHOP.repository}:7`,
      `image rm --force ${SHOP.repository}@${SHOP.platformDigest}`,
    ]);
    expect(result('wrongStays')).toMatchObject({ exitCode: 1 });
  });

  test('of the Docker Hub is pulled with the login that docker looks for under its first address', () => {
    const { machine, stderr } = result('hub');
    expect(stderr).toBe('');
    expect(JSON.parse(dockerConfigFile(machine.folder, 'config.json'))).toEqual({
      credHelpers: { 'https://index.docker.io/v1/': 'winbake' },
    });
    expect(dockerLogins(machine.folder)).toMatchObject([{ login: { Username: 'puller' } }]);
  });

  test('takes room only where there is some', () => {
    expect(result('full').exitCode).toBe(0);
    expect(saved('full').leftOut.map(({ message }) => message)).toEqual([
      expect.stringMatching(/free; pulling shop@extra .* needs/),
      expect.stringMatching(/free; pulling jobs@extra .* needs/),
    ]);
  });

  test('saves no base image from failing', () => {
    expect(result('basesFail')).toMatchObject({ exitCode: 1, stderr: expect.stringContaining('servercore') });
  });
});
