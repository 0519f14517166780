import { join } from 'node:path';
import { IMAGE_SET } from '../support/documents';
import { dockerLogins, type DockerAnswer } from '../support/fake-docker';
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

describeWithPowerShell('Update-OwnImage', () => {
  const result = runTable({
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
