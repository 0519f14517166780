import { parseChallenges } from '../../lib/registry/registry-access';

describe('parseChallenges', () => {
  it.each<[string, readonly [string, Record<string, string>][]]>([
    ['', []],
    ['Bearer', [['bearer', {}]]],
    [
      'Bearer realm="https://auth.example/token",service="r.example",scope="repository:a/b:pull,push"',
      [
        [
          'bearer',
          { realm: 'https://auth.example/token', service: 'r.example', scope: 'repository:a/b:pull,push' },
        ],
      ],
    ],
    ['bearer  Realm = "x" , SERVICE=y', [['bearer', { realm: 'x', service: 'y' }]]],
    ['Bearer realm="say \\"hi\\", \\\\ you"', [['bearer', { realm: 'say "hi", \\ you' }]]],
    [
      'Basic realm="x, Bearer realm=y", Bearer realm="z"',
      [
        ['basic', { realm: 'x, Bearer realm=y' }],
        ['bearer', { realm: 'z' }],
      ],
    ],
    [
      'Negotiate abc/+==, Bearer realm="z"',
      [
        ['negotiate', {}],
        ['bearer', { realm: 'z' }],
      ],
    ],
    [
      'Negotiate, , Bearer realm="z"',
      [
        ['negotiate', {}],
        ['bearer', { realm: 'z' }],
      ],
    ],
    ['Bearer realm="open', [['bearer', {}]]],
    ['realm="alone"', []],
    [`Bearer realm="${'\\'.repeat(5000)}`, [['bearer', {}]]],
  ])('reads example %#', (header, expected) => {
    const challenges = parseChallenges(header);
    expect(challenges.map(({ scheme, parameters }) => [scheme, Object.fromEntries(parameters)])).toEqual(
      expected,
    );
  });
});
