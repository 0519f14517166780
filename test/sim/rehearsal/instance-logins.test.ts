import type { Recipe } from '../../../sim/aws/image-builder/read-recipe';
import { sessionOf } from '../../../sim/account/principal';
import { accountsOfStacks } from '../../../sim/account/services/accounts-of-stacks';
import { VirtualClock } from '../../../sim/clock/virtual-clock';
import { instanceAccess } from '../../../sim/rehearsal/instance-access';
import { accessTo } from '../../../sim/rehearsal/own-registries';
import { allow, PLACE, REGION, ROLE, role } from '../../support/simulated-accounts-lab';

const HOST = `${PLACE.account}.dkr.ecr.${REGION}.amazonaws.com`;
const SECRET = `arn:aws:secretsmanager:${REGION}:${PLACE.account}:secret:acr-AbCdEf`;
const RECIPE: Recipe = {
  arn: 'arn:aws:imagebuilder:eu-central-1:123456789012:image-recipe/a/1.0.0',
  baseAmiParameter: undefined,
  components: [],
  instanceProfile: 'instance',
  instanceRole: { id: 'Role', arn: ROLE },
  distributions: [],
  workflows: [],
};

let end: () => void = () => undefined;

afterEach(() => {
  end();
});

/** An instance whose role may do what it is given, and the account that it is in. */
function instance(statements = [allow('*')], unknownPolicies: readonly string[] = []) {
  const clock = new VirtualClock(new Date('2026-10-13T17:00:00Z'));
  const world = accountsOfStacks({ stacks: [], now: () => clock.now() });
  end = world.accounts.install();
  const session = sessionOf(ROLE, { ...role(statements), unknownPolicies }, 'i-1');
  const account = { clock, environment: PLACE, world, sessionOf: () => session };
  return { account, world, access: instanceAccess(account, RECIPE, 'i-1') };
}

test('an instance gets the login of its role, and what a secret holds', async () => {
  const { access, world } = instance();
  world.secrets.put(SECRET, 'hush');
  expect(await access.ask('secrets', SECRET)).toEqual({ value: 'hush' });
  expect(await access.ask('ecr', REGION)).toEqual({ value: expect.any(String) });
});

test('what AWS refuses is an answer, and what the rehearsal cannot do is none', async () => {
  const refused = instance([allow('ssm:*')]).access;
  for (const [what, name] of [
    ['ecr', REGION],
    ['secrets', SECRET],
  ] as const) {
    expect(await refused.ask(what, name)).toEqual({ error: expect.stringContaining('is not authorized') });
  }
  end();
  const unknown = instance([allow(['ssm:*', 'imagebuilder:*'])], ['Own']).access;
  await expect(unknown.ask('ecr', REGION)).rejects.toThrow('managed policy Own');
  await expect(unknown.ask('secrets', SECRET)).rejects.toThrow('managed policy Own');
});

test('a registry lets in the user and the password of its login, and nobody by one of them', async () => {
  const { access, account } = instance();
  const secret = { user: 'rehearsal', password: 'hush' };
  const ofSecret = accessTo(account, 'shop.azurecr.io', secret);
  const answer = await access.ask('ecr', REGION);
  const password = 'value' in answer ? answer.value : '';
  const ofEcr = accessTo(account, HOST, undefined);
  const lets = [
    ofSecret.mayRead(secret, 'jobs', 'manifest'),
    ofSecret.mayRead({ ...secret, user: 'somebody' }, 'jobs', 'manifest'),
    ofSecret.mayRead({ ...secret, password: 'other' }, 'jobs', 'manifest'),
    ofEcr.mayRead({ user: 'AWS', password }, 'shop/web', 'layer'),
    ofEcr.mayRead({ user: 'rehearsal', password }, 'shop/web', 'layer'),
    ofEcr.mayRead({ user: 'AWS', password: 'other' }, 'shop/web', 'layer'),
  ];
  expect(lets).toEqual([true, false, false, true, false, false]);
  expect(accessTo(account, 'mirror.example.com', undefined).scheme).toBe('open');
});
