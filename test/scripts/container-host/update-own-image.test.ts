import { join } from 'node:path';
import { IMAGE_SET } from '../support/documents';
import { dockerConfigFile, dockerLogins, type DockerAnswer } from '../support/fake-docker';
import { HEALTHY_DOCKER } from '../support/healthy-docker';
import { describeWithPowerShell } from '../support/power-shell';
import { makeMachine } from '../support/simulated-machine';
import { runTable, type ScriptCase } from '../support/run-cases';

const SCRIPT = join(__dirname, '..', '..', '..', 'scripts', 'instance', 'host', 'Update-OwnImage.ps1');
const ECR = '111122223333.dkr.ecr.eu-west-1.amazonaws.com';
const SHOP = { family: 'shop@extra', repository: `${ECR}/shop/web`, tag: '7' };
const JOBS = { family: 'jobs@extra', repository: `${ECR}/jobs`, tag: 'live' };
const APP = { family: 'app@extra', repository: `${ECR}/app`, tag: 'live' };
const ELSEWHERE = { ...APP, repository: APP.repository.replace('eu-west-1', 'us-east-1') };
const ACR = 'shop.azurecr.io';
const OF_ACR = { family: 'api@extra', repository: `${ACR}/api`, tag: 'live' };
const OF_PORT = { ...OF_ACR, repository: 'registry.example.com:5000/api' };
const OF_HUB = { ...OF_ACR, repository: 'docker.io/acme/web' };
const SECRET = 'arn:aws:secretsmanager:eu-west-1:111122223333:secret:acr-AbCdEf';
const SECRETS = [ACR, 'registry.example.com:5000', 'docker.io'].map((host) => `${host}=${SECRET}`).join(',');
const LOGINS = { 'logins.json': { ecr: { 'eu-west-1': { value: 'token of the host' } } } };

const start = (
  docker: readonly DockerAnswer[] = [],
  manifest: object | null = { images: [...IMAGE_SET.images, SHOP], leftOut: [JOBS] },
  { beside = LOGINS, ...parameters }: { readonly beside?: object } & Readonly<Record<string, unknown>> = {},
): ScriptCase => ({
  script: SCRIPT,
  machine: makeMachine({
    docker: [
      ...docker,
      { call: `pull ${SHOP.repository}*`, stdout: 'Status: Downloaded newer image' },
      { call: 'pull *', stdout: 'Status: Image is up to date' },
      ...HEALTHY_DOCKER,
    ],
    documents: manifest === null ? {} : { 'image-manifest.json': manifest },
    beside: { ...beside },
  }),
  parameters: { Seconds: 20, PollSeconds: 0.02, ...parameters },
});

const HANGING = { 'eu-west-1': { hangSeconds: 60 }, 'us-east-1': { value: 'another' } };

/** What the secret answers. */
type SecretAnswer = Readonly<{ value?: string | null; error?: string; hangSeconds?: number }>;

/** A host of a fleet that names a secret for each registry of its AMI's images. */
const withSecret = (
  answer: SecretAnswer,
  parameters: Readonly<Record<string, unknown>> = {},
  images: readonly object[] = [OF_ACR, SHOP],
): ScriptCase =>
  start(
    [],
    { images },
    {
      beside: { 'logins.json': { ...LOGINS['logins.json'], secrets: { [SECRET]: answer } } },
      Secrets: SECRETS,
      ...parameters,
    },
  );

/** Secrets that give no login, and what the host says of each. */
const NO_LOGIN = {
  unreadable: [
    { error: 'User: host is not authorized to perform: secretsmanager:GetSecretValue' },
    'User: host is not authorized to perform: secretsmanager:GetSecretValue.',
  ],
  hanging: [{ value: 'hush', hangSeconds: 60 }, `the secret ${SECRET} gave no login within 1 s.`],
  noJson: [{ value: 'hush' }, 'is no JSON object with the texts "username" and "password".'],
  empty: [{ value: null }, 'is no JSON object with the texts "username" and "password".'],
  noPassword: [{ value: '{"username":"hush"}' }, 'is no JSON object with the texts'],
} as const satisfies Record<string, readonly [SecretAnswer, string]>;
const NO_LOGIN_NAMES = Object.keys(NO_LOGIN) as (keyof typeof NO_LOGIN)[];
const noLogins = Object.fromEntries(
  NO_LOGIN_NAMES.map((name) => [name, withSecret(NO_LOGIN[name][0], { LoginSeconds: 1 })]),
) as Record<keyof typeof NO_LOGIN, ScriptCase>;

describeWithPowerShell('Update-OwnImage', () => {
  const result = runTable({
    ...noLogins,
    secrets: withSecret({ value: '{"username":"puller","password":"p!^%&\\"xä😀"}' }, {}, [
      ...[...IMAGE_SET.images, OF_ACR, OF_PORT, SHOP, OF_HUB],
    ]),
    noSecret: start([], { images: [SHOP, OF_ACR] }),
    noImage: withSecret({ value: 'hush' }, { Secrets: `gone.io=${SECRET}` }, [SHOP]),
    refused: start(
      [{ call: `pull ${ACR}/*`, exitCode: 1, stderr: 'unauthorized: authentication required' }],
      { images: [OF_ACR, SHOP] },
      {
        beside: {
          'logins.json': {
            ...LOGINS['logins.json'],
            secrets: { [SECRET]: { value: '{"username":"puller","password":"hush"}' } },
          },
        },
        Secrets: `${ACR}=${SECRET}`,
      },
    ),
    good: start(),
    none: start([], { images: IMAGE_SET.images }),
    plain: start([], null),
    late: start([{ call: 'version *', exitCode: 1, stderr: 'cannot connect', times: 2 }]),
    silent: start([{ call: 'version *', stdout: '\n' }], { images: [SHOP] }, { Seconds: 2 }),
    never: start(
      [{ call: 'version *', exitCode: 1, stderr: 'cannot connect' }],
      { images: [SHOP] },
      { Seconds: 2 },
    ),
    hangs: start(
      [{ call: `pull ${SHOP.repository}*`, hangSeconds: 60 }],
      { images: [SHOP, JOBS, APP] },
      { Seconds: 3 },
    ),
    slowPoll: start(
      [{ call: 'version *', exitCode: 1, stderr: 'cannot connect' }],
      { images: [SHOP] },
      { Seconds: 3, PollSeconds: 60 },
    ),
    loginHangs: start(
      [],
      { images: [SHOP, JOBS, ELSEWHERE] },
      { beside: { 'logins.json': { ecr: { ...LOGINS['logins.json'].ecr, ...HANGING } } }, LoginSeconds: 1 },
    ),
    denied: start([{ call: `pull ${SHOP.repository}*`, exitCode: 1, stderr: 'denied: not authorized' }]),
    noLogin: start([], { images: [SHOP] }, { beside: {} }),
  });

  test('pulls by tag what lies in ECR, with a login in memory alone, and what the bake left out', () => {
    const { machine, stderr } = result('good');
    expect(stderr).toBe('');
    expect(machine.calls().filter((call) => call.startsWith('pull'))).toEqual([
      `pull ${SHOP.repository}:7`,
      `pull ${JOBS.repository}:live`,
    ]);
    expect(dockerLogins(machine.folder).map(({ login }) => login)).toEqual(
      Array.from({ length: 2 }, () => ({ ServerURL: ECR, Username: 'AWS', Secret: 'token of the host' })),
    );
    expect(machine.has('ProgramData/Winbake/docker-login')).toBe(false);
    expect(machine.lines('login-calls')).toEqual(['ecr eu-west-1']);
    expect(machine.events()).toEqual([
      expect.stringMatching(/shop\/web:7 was fetched, \d+ s\.$/),
      expect.stringMatching(/jobs:live is as it was baked, \d+ s\.$/),
    ]);
  });

  test.each(['none', 'plain'] as const)('does nothing on an AMI without own images: %s', (name) => {
    const { machine, stderr } = result(name);
    expect({ stderr, calls: machine.calls(), events: machine.events() }).toEqual({
      stderr: '',
      calls: [],
      events: [],
    });
  });

  test('waits for Docker', () => {
    expect(result('late').machine.events()).toHaveLength(2);
  });

  test('pulls nothing after its time, and does not wait for what comes no more', () => {
    const { machine } = result('hangs');
    expect(machine.calls().filter((call) => call.startsWith('pull'))).toEqual([`pull ${SHOP.repository}:7`]);
    expect(machine.events()).toEqual(
      [SHOP, JOBS, APP].map(
        ({ repository, tag }) => `${repository}:${tag} was not fetched: the time was over.`,
      ),
    );
    expect(result('slowPoll').machine.events()).toEqual([
      'own images were not fetched: Docker does not answer: cannot connect.',
    ]);
  });

  test('asks for each login once, for so long', () => {
    const { machine } = result('loginHangs');
    const late = `was not fetched: ECR in eu-west-1 gave no login within 1 s.`;
    expect(machine.events()).toEqual([
      `${SHOP.repository}:7 ${late}`,
      `${JOBS.repository}:live ${late}`,
      expect.stringContaining(`${ELSEWHERE.repository}:live is as it was baked`),
    ]);
    expect(machine.lines('login-calls')).toEqual(['ecr eu-west-1', 'ecr us-east-1']);
  });

  test('pulls from other registries with the secrets that the fleet names, in memory alone', () => {
    const { machine, stderr } = result('secrets');
    expect(stderr).toBe('');
    const pulled = [OF_ACR, OF_PORT, SHOP, OF_HUB].map(({ repository, tag }) => `${repository}:${tag}`);
    expect(machine.calls().filter((call) => call.startsWith('pull'))).toEqual(
      pulled.map((name) => `pull ${name}`),
    );
    const of = { Username: 'puller', Secret: 'p!^%&"xä😀' };
    expect(dockerLogins(machine.folder)).toEqual([
      { of: pulled[0], login: { ServerURL: ACR, ...of } },
      { of: pulled[1], login: { ServerURL: 'registry.example.com:5000', ...of } },
      { of: pulled[2], login: { ServerURL: ECR, Username: 'AWS', Secret: 'token of the host' } },
      { of: pulled[3], login: { ServerURL: 'docker.io', ...of } },
    ]);
    // docker looks for the login of the Docker Hub under its first address, and reads UTF-8.
    expect(dockerConfigFile(machine.folder, 'config.json')).toContain('"https://index.docker.io/v1/"');
    expect(dockerConfigFile(machine.folder, 'calls')).toMatch(/^[\n -~]+$/);
    expect(machine.has('ProgramData/Winbake/docker-login')).toBe(false);
    expect(machine.events()).toEqual(pulled.map((name) => expect.stringContaining(`${name} `)));
  });

  test('says why an own image stays as it was baked, and which secret is for none', () => {
    const kept = `${OF_ACR.repository}:live stays as it was baked: the fleet names no secret for its registry.`;
    expect(result('noSecret').machine.events()).toEqual([kept, expect.stringMatching(/:7 was fetched/)]);
    expect(result('noSecret').machine.lines('login-calls')).toEqual(['ecr eu-west-1']);
    expect(result('noImage').machine.events()).toEqual([
      'this AMI has no own image of gone.io, whose secret the fleet names.',
      expect.stringMatching(/:7 was fetched/),
    ]);
    expect(result('noImage').machine.lines('login-calls')).toEqual(['ecr eu-west-1']);
  });

  test.each([
    ...NO_LOGIN_NAMES.map((name) => [name, NO_LOGIN[name][1]] as const),
    ['refused', 'unauthorized: authentication required.'] as const,
  ])(
    'a registry that it gets no login for, %s, costs its own images alone and shows no secret',
    (name, why) => {
      const { machine, stderr, stdout } = result(name);
      expect(stderr).toBe('');
      const [first, second] = machine.events().filter((one) => !one.includes('this AMI has no own image of'));
      expect(first).toMatch(new RegExp(`^${OF_ACR.repository}:live was not fetched: `));
      expect(first).toContain(why);
      expect(second).toMatch(/shop\/web:7 was fetched/);
      expect([...stdout, ...machine.events()].join()).not.toContain('hush');
      expect(machine.has('ProgramData/Winbake/docker-login')).toBe(false);
    },
  );

  test.each([
    ['silent', 'own images were not fetched: Docker does not answer: it answered nothing.'],
    ['never', 'own images were not fetched: Docker does not answer: cannot connect.'],
    ['hangs', `${SHOP.repository}:7 was not fetched: the time was over.`],
    ['denied', `${SHOP.repository}:7 was not fetched: denied: not authorized.`],
    ['noLogin', `${SHOP.repository}:7 was not fetched: No credentials`],
  ] as const)('never fails a host: %s', (name, message) => {
    const { machine, stderr } = result(name);
    expect(stderr).toBe('');
    expect(machine.events()[0]).toContain(message);
  });
});
