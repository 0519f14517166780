import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { findOnPath } from '../../../lib/rehearsal/powershell/find-on-path';
import { CATALOG, HOST, ORDER } from '../support/documents';
import { HEALTHY_DOCKER } from '../support/healthy-docker';
import { BUILD_TIMEOUT, projectHost } from '../support/power-shell';
import { hostState, makeMachine, type PretendedMachine } from '../support/pretended-machine';
import { runCases, type ScriptCase } from '../support/run-cases';

const OFFERS = [
  { kb: 'KB5066782', title: 'Cumulative', category: 'SecurityUpdates', revision: 4294 },
  { kb: 'KB5066999', title: 'Preview', category: 'Updates', optional: true },
];
const SERVICES = { docker: 'Running', wuauserv: 'Running', UsoSvc: 'Running' };
const DOCUMENTS = { 'order.json': ORDER, 'catalog.json': CATALOG, 'host.json': HOST };

/** Steps that use most of the commands, each on a machine of its own. */
function cases(): readonly ScriptCase[] {
  const machine = (changes: object = {}): PretendedMachine =>
    makeMachine({
      host: hostState({ services: SERVICES, startTypes: { wuauserv: 'Manual' }, ...changes }),
      documents: DOCUMENTS,
      docker: HEALTHY_DOCKER,
      beside: { 'offered-updates.json': OFFERS },
    });
  const host = { ExpectedBuild: 20348, Os: 'SERVER_2022_CORE' };
  const update = 'steps/Install-Update.ps1';
  return [
    { script: 'steps/Assert-Host.ps1', parameters: host, machine: machine() },
    { script: 'steps/Assert-Host.ps1', parameters: host, machine: machine({ pendingReboot: true }) },
    { script: update, parameters: { ExpectedBuild: 20348 }, machine: machine({ ubr: 4171 }) },
    { script: update, parameters: { ExpectedBuild: 17763 }, machine: machine() },
    { script: update, parameters: { ExpectedBuild: 20348, Include: 'x' }, machine: machine() },
    { script: 'steps/Select-ImageSet.ps1', parameters: { Os: 'SERVER_2022_CORE' }, machine: machine() },
    { script: 'steps/Assert-Sysprep.ps1', machine: machine({ pendingReboot: 'RebootPending' }) },
    { script: 'steps/Clear-Leftover.ps1', machine: machine() },
    { script: 'steps/Initialize-Launch.ps1', machine: machine() },
    { script: 'steps/Resume-Update.ps1', machine: machine() },
  ];
}

/** What a step said and left, without the instants at which it did. */
async function outcome(shell?: Parameters<typeof runCases>[1]): Promise<unknown> {
  const list = cases();
  const results = await runCases(list, shell);
  return results.map((result, index) => {
    const { folder } = list[index]!.machine;
    const work = join(folder, 'c', 'ProgramData', 'Winbake');
    const files = ['updates.json', 'update-service.json', 'image-set.json', 'image-manifest.json'];
    const left = files.map((name) => join(work, name)).filter((file) => existsSync(file));
    const texts = [join(folder, 'host.json'), ...left].map((file) => JSON.parse(readFileSync(file, 'utf8')));
    rmSync(folder, { recursive: true, force: true });
    const instant = /\d{4}-\d\d-\d\dT[\d:.]+Z/g;
    return JSON.parse(
      JSON.stringify({ result, texts }).replaceAll(instant, 'now').replaceAll(folder, ''),
    ) as object;
  });
}

const title = "the scripts do in a real PowerShell 7 what they do in the project's host";
const pwsh = findOnPath('pwsh');
if (pwsh === undefined || findOnPath('dotnet') === undefined) {
  process.stderr.write(`${title}: skipped, since pwsh and dotnet are not both on PATH.\n`);
  // The one comparison that may be skipped under CI too.
  test.skip(`${title} (skipped: pwsh and dotnet are not both on PATH)`, () => undefined);
} else {
  test(
    title,
    async () => {
      const args = ['-NoProfile', '-NonInteractive', '-File'];
      const real = await outcome({ command: pwsh, args, kind: 'pwsh' });
      expect(real).toEqual(await outcome(await projectHost()));
    },
    BUILD_TIMEOUT,
  );
}
