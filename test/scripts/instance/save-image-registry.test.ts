import { IMAGES } from '../support/documents';
import { dockerConfigFile, dockerLogins, hostAtLast } from '../support/fake-docker';
import { describeWithPowerShell } from '../support/power-shell';
import { hostState } from '../support/simulated-machine';
import { runTable } from '../support/run-cases';
import { failedPull, saveImageStep as step } from '../support/save-image-step';

const PROXY = 'http://proxy.example.com:3128';
const OWN = { docker: ['HTTP_PROXY=http://own.example.com', 'DOCKER_TMPDIR=D:\\tmp'] };
const DATA = 'C:\\ProgramData\\docker';
const ECR = '123456789012.dkr.ecr.eu-west-1.amazonaws.com';
const LOGINS = { 'logins.json': { ecr: { 'eu-west-1': { value: 'token-of-eu-west-1' } } } };

describeWithPowerShell('Save-Image', () => {
  const result = runTable({
    mirror: step([], {}, { Registry: '127.0.0.1:5000/mcr' }),
    ecr: step([], { beside: LOGINS }, { Registry: `${ECR}/mcr` }),
    ecrFails: step([failedPull('denied: not authorized')], { beside: LOGINS }, { Registry: ECR }),
    ecrRefuses: step([], {}, { Registry: ECR }),
    proxy: step([{ call: 'version' }], {}, { Proxy: PROXY }),
    proxyOverOwn: step(
      [{ call: 'version' }],
      { host: hostState({ serviceEnvironment: OWN }) },
      { Proxy: PROXY },
    ),
    proxyFails: step([{ call: 'version' }, failedPull('manifest unknown')], {}, { Proxy: PROXY }),
    proxyKilled: step([{ call: 'version' }], {
      host: hostState({ serviceEnvironment: { docker: ['HTTP_PROXY=http://left.example.com'] } }),
      documents: {
        'docker-environment.json': { schema: 'winbake.docker-environment/1', lines: OWN.docker },
      },
    }),
    proxySecret: step([], {}, { Proxy: 'http://me:secret@proxy.example.com:3128' }),
    scanned: step(),
    scanKept: step([], {}, { FileScan: 'keep' }),
    scanOwn: step([], { host: hostState({ scanExclusions: { path: [DATA], process: ['mine.exe'] } }) }),
    scanFails: step([failedPull('no matching manifest')]),
    scanKilled: step([], {
      host: hostState({ scanExclusions: { path: ['C:\\own', DATA], process: ['dockerd.exe'] } }),
      documents: {
        'scan-exclusions.json': {
          schema: 'winbake.scan-exclusions/1',
          path: [DATA],
          process: ['dockerd.exe'],
        },
      },
    }),
    scanAbsent: step([], { host: hostState({ defender: 'absent' }) }),
    scanStopped: step([], { host: hostState({ defender: 'stopped' }) }),
    scanProtected: step([], { host: hostState({ defender: 'protected' }) }),
    scanStuck: step([], { host: hostState({ defender: 'stuck' }) }),
    refused: step([], {}, { Registry: 'https://mirror.example.com' }),
  });

  describe('a mirror', () => {
    test('is pulled from, and its images named as the public registry does', () => {
      const { exitCode, machine } = result('mirror');
      const [pull, , tag] = machine.calls();
      expect(exitCode).toBe(0);
      expect(pull).toBe(`pull 127.0.0.1:5000/mcr/windows/servercore@${IMAGES[0].platformDigest}`);
      expect(tag).toMatch(
        /^tag 127\.0\.0\.1:5000\/mcr\/\S+ mcr\.microsoft\.com\/windows\/servercore:ltsc2022$/,
      );
    });

    test('in Amazon ECR is pulled from with a login that no argument, no line and no file holds', () => {
      const { exitCode, machine, stdout } = result('ecr');
      expect(exitCode).toBe(0);
      expect(dockerLogins(machine.folder).map(({ login }) => login)).toEqual(
        machine
          .calls()
          .filter((call) => call.startsWith('pull '))
          .map(() => ({ ServerURL: ECR, Username: 'AWS', Secret: 'token-of-eu-west-1' })),
      );
      expect(JSON.parse(dockerConfigFile(machine.folder, 'config.json'))).toEqual({
        credHelpers: { [ECR]: 'winbake' },
      });
      expect(dockerConfigFile(machine.folder, 'docker-credential-winbake.cmd')).toBe(
        '@echo off\r\nsetlocal EnableDelayedExpansion\r\necho(!WINBAKE_LOGIN!\r\n',
      );
      expect([...machine.calls(), ...stdout].join()).not.toContain('token-of');
      expect(machine.has('ProgramData/Winbake/docker-login')).toBe(false);
    });

    test('leaves nothing of it where the pull fails, and the pull is what is said', () => {
      const { machine, stderr } = result('ecrFails');
      expect(machine.has('ProgramData/Winbake/docker-login')).toBe(false);
      expect(stderr).toMatch(/^Save-Image: Pulling servercore .*denied: not authorized/);
    });

    test('that gives no login fails the bake', () => {
      const { exitCode, machine, stderr } = result('ecrRefuses');
      expect({ exitCode, calls: machine.calls() }).toEqual({ exitCode: 1, calls: [] });
      expect(stderr).toContain('No credentials');
    });

    test('is a host with a path, and no address', () => {
      expect(result('refused')).toMatchObject({ exitCode: 1, stderr: expect.stringContaining('Registry') });
    });
  });

  describe('a proxy', () => {
    const linesAt = (state: Readonly<Record<string, unknown>>): unknown =>
      (state['serviceEnvironment'] as Record<string, unknown> | undefined)?.['docker'];

    test('is docker’s alone, during the pulls and no longer', () => {
      const { exitCode, stderr, machine } = result('proxy');
      expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
      expect(linesAt(hostAtLast(machine.folder, 'pull'))).toEqual([
        `HTTP_PROXY=${PROXY}`,
        `HTTPS_PROXY=${PROXY}`,
        'NO_PROXY=169.254.169.254,169.254.170.2,localhost,127.0.0.1',
      ]);
      expect(linesAt(machine.host())).toBeUndefined();
      expect(machine.read('docker-environment.json')).toBeUndefined();
    });

    test('takes the place of one that the base AMI has, which comes back', () => {
      const { machine } = result('proxyOverOwn');
      expect(linesAt(hostAtLast(machine.folder, 'pull'))).toEqual(
        expect.arrayContaining([`HTTP_PROXY=${PROXY}`, 'DOCKER_TMPDIR=D:\\tmp']),
      );
      expect(linesAt(machine.host())).toEqual(OWN.docker);
    });

    test('goes where the pull fails', () => {
      const { exitCode, stderr, machine } = result('proxyFails');
      expect({ exitCode, stderr }).toEqual({
        exitCode: 1,
        stderr: expect.stringContaining('manifest unknown'),
      });
      expect(linesAt(machine.host())).toBeUndefined();
    });

    test('that a killed run left is gone after the next', () => {
      expect(result('proxyKilled').exitCode).toBe(0);
      expect(linesAt(result('proxyKilled').machine.host())).toEqual(OWN.docker);
    });

    test('with a password is refused, since the whole document of a component is plain text', () => {
      const { exitCode, stderr, machine } = result('proxySecret');
      expect({ exitCode, calls: machine.calls() }).toEqual({ exitCode: 1, calls: [] });
      expect(stderr).toMatch(/The proxy should be an address .* without a password; got: \(not shown\)/);
      expect(stderr).not.toContain('secret');
    });
  });

  describe('Microsoft Defender', () => {
    const NONE = { path: [], process: [] };
    const exclusions = (state: Readonly<Record<string, unknown>>): unknown => state['scanExclusions'];

    test('leaves Docker alone during the pulls, and no longer', () => {
      const { exitCode, stderr, machine } = result('scanned');
      expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
      expect(exclusions(hostAtLast(machine.folder, 'pull'))).toEqual({
        path: [DATA],
        process: ['dockerd.exe'],
      });
      expect(exclusions(machine.host())).toEqual(NONE);
      expect(machine.read('scan-exclusions.json')).toBeUndefined();
    });

    test('does not where that is not allowed', () => {
      const { exitCode, machine } = result('scanKept');
      expect({ exitCode, left: exclusions(hostAtLast(machine.folder, 'pull')) }).toEqual({
        exitCode: 0,
        left: undefined,
      });
    });

    test('keeps what the base AMI has excluded', () => {
      expect(exclusions(result('scanOwn').machine.host())).toEqual({ path: [DATA], process: ['mine.exe'] });
    });

    test('reads everything again where the pull fails, and where a run before was killed', () => {
      expect(result('scanFails').exitCode).toBe(1);
      expect(exclusions(result('scanFails').machine.host())).toEqual(NONE);
      expect(result('scanKilled').exitCode).toBe(0);
      expect(exclusions(result('scanKilled').machine.host())).toEqual({ path: ['C:\\own'], process: [] });
    });

    test.each(['scanAbsent', 'scanStopped', 'scanProtected'] as const)(
      'that takes nothing stops nothing: %s',
      (name) => {
        const { exitCode, stderr, stdout } = result(name);
        expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
        expect(stdout.some((line) => line.includes('takes no exclusions'))).toBe(name !== 'scanAbsent');
      },
    );

    test('that keeps an exclusion fails the bake: it would be part of the AMI', () => {
      const { exitCode, stderr } = result('scanStuck');
      expect({ exitCode, stderr }).toEqual({
        exitCode: 1,
        stderr: expect.stringContaining(`Microsoft Defender keeps the exclusions ${DATA}, dockerd.exe`),
      });
    });
  });
});
