import type { RolledFleet } from '../../lib/contract/values/rollout-policy';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseDocument } from '../../lib/contract/documents/document';
import { fleetSettingsSchema } from '../../lib/contract/documents/fleet-state';
import { gatePolicyOf } from '../../lib/contract/documents/gate-policy';
import { operateRequestSchema } from '../../lib/contract/documents/operate-request';
import { leaseSchema } from '../../lib/contract/documents/order';
import { DOCUMENTS } from '../support/contract-documents';

/** Fields that older writers did not know, and what is read for them. */
const YOUNGER: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  'fleet-state': { channel: null, lastTried: null, ran: [], ring: null, template: null, waiting: null },
  failed: { hold: null, rings: [] },
  'gate-policy': { previousRevisions: 0 },
  'last-decision': { findings: [], changesAt: null },
};

/** Fields that a document may lack. */
const OPTIONAL: Readonly<Record<string, readonly string[]>> = {
  failed: ['unread'],
  failure: ['osVersion', 'targetRevision'],
  'fleet-settings': ['amiOwner'],
  publication: ['revisionSeenAt'],
};

function fixture(name: string): string {
  return readFileSync(join(__dirname, '..', 'fixtures', 'contracts', `${name}.json`), 'utf8');
}

describe.each(DOCUMENTS)('winbake.%s/1', (name, schema, field) => {
  const good = JSON.parse(fixture(name)) as Record<string, unknown>;

  test('the fixture is whole: nothing is dropped, nothing is missing', () => {
    expect(parseDocument(schema, fixture(name), 'the fixture')).toEqual(good);
  });

  test('every field is needed', () => {
    const younger = YOUNGER[name] ?? {};
    const free = ['schema', ...Object.keys(younger), ...(OPTIONAL[name] ?? [])];
    for (const key of Object.keys(good).filter((one) => !free.includes(one))) {
      const rest = Object.fromEntries(Object.entries(good).filter(([name]) => name !== key));
      expect(() => parseDocument(schema, JSON.stringify(rest), 'x.json')).toThrow(
        `x.json is damaged: ${key} `,
      );
    }
  });

  test('what is younger than a document is read as unknown', () => {
    const younger = YOUNGER[name] ?? {};
    const old = Object.fromEntries(Object.entries(good).filter(([key]) => !(key in younger)));
    expect(parseDocument(schema, JSON.stringify(old), 'x.json')).toEqual({ ...good, ...younger });
  });

  test.each([
    ['2', ' A newer Winbake wrote it: take that version here.'],
    ['0', ' An older Winbake wrote it: deploy its stack with this version.'],
    ['x', ''],
  ])('a document of the schema /%s is told apart from a damaged one', (number, wayOut) => {
    const other = JSON.stringify({ ...good, schema: `winbake.${name}/${number}` });
    const known = 's3://b/x.json has a schema that this version of Winbake does not know;';
    expect(() => parseDocument(schema, other, 's3://b/x.json')).toThrow(
      new Error(`${known} got: "winbake.${name}/${number}".${wayOut}`),
    );
  });

  test('a wrong value is named by its path', () => {
    const wrong = JSON.stringify({ ...good, [field]: 'nonsense' });
    expect(() => parseDocument(schema, wrong, 'x.json')).toThrow(`x.json is damaged: ${field} `);
  });

  test('half a document is no document', () => {
    expect(() => parseDocument(schema, fixture(name).slice(0, -20), 'x.json')).toThrow(
      'x.json is damaged: it is not JSON.',
    );
  });
});

describe('orders of people', () => {
  const orders = JSON.parse(fixture('operate-requests')) as readonly Record<string, unknown>[];

  test('the fixture has one of each verb, with every field', () => {
    expect(orders.map((order) => operateRequestSchema.parse(order))).toEqual(orders);
    const verbs = operateRequestSchema.options.map(({ shape }) => shape.verb.value);
    expect(orders.map(({ verb }) => verb)).toEqual(verbs);
    for (const [index, { shape }] of operateRequestSchema.options.entries()) {
      expect(Object.keys(orders[index]!).sort()).toEqual(Object.keys(shape).sort());
    }
  });

  test.each(['by', 'reason', 'dryRun'])('none goes without %s, and none with a field of another', (field) => {
    for (const order of orders) {
      expect(operateRequestSchema.safeParse({ ...order, [field]: undefined }).success).toBe(false);
      expect(operateRequestSchema.safeParse({ ...order, other: 1 }).success).toBe(false);
    }
  });
});

test('a lease keeps the override of the person who ends it', () => {
  const cancel = { by: 'ann', reason: 'wrong recipe', at: '2025-10-14T19:00:00.000Z' };
  const lease = { ...(JSON.parse(fixture('lease')) as object), cancel };
  expect(parseDocument(leaseSchema, JSON.stringify(lease), 'x.json')).toEqual(lease);
});

describe.each([['gate-policy', 'WINBAKE_GATE_POLICY', gatePolicyOf]])(
  'the policy of an environment: %s',
  (name, variable, policyOf) => {
    test('is refused by the name of its variable and of the entry', () => {
      const policy = JSON.parse(fixture(name)) as object;
      const refused = (text: string) => () => policyOf({ [variable]: text });
      expect(refused(JSON.stringify(policy))).not.toThrow();
      expect(refused('')).toThrow(`The environment variable ${variable} is not set; deploy the stack again.`);
      expect(refused('[')).toThrow(`${variable} is damaged: it is not JSON.`);
      expect(refused(JSON.stringify({ ...policy, wait: 1 }))).toThrow(
        `${variable} is damaged: the document Unrecognized key: "wait".`,
      );
    });
  },
);

test.each([
  ['late', 'maybe', 'late Invalid option'],
  ['maxAgeSeconds', '86400', 'maxAgeSeconds Invalid input: expected number'],
  ['longestWaitSeconds', 0, 'longestWaitSeconds '],
  ['lines', { aspnet: 4.8 }, 'lines.aspnet Invalid input: expected string'],
  ['previousRevisions', 3, 'previousRevisions '],
  ['extras', ['framework-sdk', ''], 'extras.1 '],
  [
    'noBakeWindows',
    [{ days: ['SAT'], startHour: 8, endHour: 20, timeZone: 'Mars' }],
    'noBakeWindows.0.timeZone ',
  ],
])('a policy of the gate with %s %j is refused', (field, value, message) => {
  const text = JSON.stringify({ ...(JSON.parse(fixture('gate-policy')) as object), [field]: value });
  expect(() => gatePolicyOf({ WINBAKE_GATE_POLICY: text })).toThrow(message);
});

test.each([
  ['canaryPercentage', '10', 'policy.canaryPercentage Invalid input: expected number'],
  ['rollEqualRevision', 'yes', 'policy.rollEqualRevision Invalid input: expected boolean'],
  ['delaySeconds', -1, 'policy.delaySeconds '],
  ['windows', [{ days: [4], startHour: 8, endHour: 20, timeZone: 'UTC' }], 'policy.windows.0.days.0 '],
  ['alarms', Array.from({ length: 11 }, (_, index) => `alarm-${index}`), 'policy.alarms '],
])('a policy of a rollout with %s %j is refused', (field, value, message) => {
  const settings = JSON.parse(fixture('fleet-settings')) as RolledFleet;
  const text = JSON.stringify({ ...settings, policy: { ...settings.policy, [field]: value } });
  expect(() => parseDocument(fleetSettingsSchema, text, 'settings')).toThrow(message);
});

test('settings that a later release has just written are read by the function of before', () => {
  const settings = JSON.parse(fixture('fleet-settings')) as RolledFleet;
  const later = { ...settings, later: 2, policy: { ...settings.policy, later: 2 } };
  expect(parseDocument(fleetSettingsSchema, JSON.stringify(later), 'settings')).toEqual(settings);
});
