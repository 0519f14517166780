import { listNetworks, printVersion } from '../../../../sim/windows/docker/run-docker';
import type { Engine } from '../../../../sim/windows/docker/docker-host';

function engineOf(build: number, lines: string[] = []): Engine {
  return {
    folder: '/none',
    host: {
      version: { build, revision: 1 },
      freeBytes: undefined,
      dockerRuns: true,
      nat: 'works',
    },
    registries: new Map(),
    login: () => Promise.resolve(undefined),
    print: (line) => lines.push(line),
  };
}

test.each([
  [14393, '20.10.23'],
  [17763, '25.0.6'],
  [26100, '25.0.6'],
])('the engine of build %i is %s', (build, version) => {
  const lines: string[] = [];
  printVersion(engineOf(build, lines), ['--format', '{{.Server.Version}}']);
  expect(lines).toEqual([version]);
});

test('nobody made a network, and nothing else is answered', () => {
  const lines: string[] = [];
  listNetworks(engineOf(20348, lines), ['--filter', 'type=custom', '--format', '{{.Name}}']);
  expect(lines).toEqual([]);
  expect(() => {
    listNetworks(engineOf(20348), []);
  }).toThrow("does not model 'docker network ls'");
  expect(() => {
    printVersion(engineOf(20348), []);
  }).toThrow("does not model 'docker version'");
});
