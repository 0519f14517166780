import type { Claim } from './claim';

/** Of Windows, Docker and PowerShell on an instance. */
export const INSTANCE_CLAIMS: readonly Claim[] = [
  {
    id: 'scripts-run-on-powershell-5',
    claim: 'the instance scripts run on Windows PowerShell 5.1 as in the engine of the tests',
    otherwise: 'no bake comes to its end',
    damage: 'stops',
    how: 'a bake on each release; the documents under `manifests/` and `verifications/` parse',
  },
  {
    id: 'json-of-5-takes-grown-catalogs',
    claim:
      '`ConvertTo-Json` and `ConvertFrom-Json` of 5.1 take a grown catalog (a limit of 2 MB is reported)',
    otherwise: 'bakes fail after some years',
    damage: 'stops',
    how: '`steps/Select-ImageSet.ps1` on 5.1 with a `catalog.json` of 3 MB',
  },
  {
    id: 'containers-start-with-cmd',
    claim: '`docker run --entrypoint cmd` starts on nanoserver, iis and aspnet',
    otherwise: 'every verification fails',
    damage: 'stops',
    how: "the first bake's verification",
  },
  {
    id: 'sysprep-keeps-layer-store',
    claim: "sysprep leaves docker's layer store usable, on 2025 above all",
    otherwise: 'AMIs have no cached image, and verification fails',
    damage: 'stops',
    how: "the first bake's verification on each release",
  },
  {
    id: 'nat-comes-back-after-sysprep',
    claim:
      'networks that are removed by `Remove-HnsNetwork` (2016: `Remove-ContainerNetwork -Force`), with `HNS.data`, come back as a working `nat` on the first boot after sysprep',
    otherwise: 'containers have no network on new hosts',
    damage: 'stops',
    how: "the check `docker` of a bake's verification on each release says nothing of a network that was made anew",
  },
  {
    id: 'nat-adapter-has-known-name',
    claim:
      'the adapter of `nat` is called `vEthernet (nat)` or `vEthernet (HNS Internal NIC)`, and is up where no container runs',
    otherwise: 'each host makes its network anew as it starts',
    damage: 'late',
    how: '`Get-NetAdapter` on a container host of each release; its Application log says nothing of networks that were made anew',
  },
  {
    id: 'updated-app-package-has-higher-version',
    claim:
      'an app package that was updated for one user shows a higher `Version` in `Get-AppxPackage -AllUsers -PackageTypeFilter Main, Bundle` than in `Get-AppxProvisionedPackage`',
    otherwise: 'sysprep fails on full editions without a cause',
    damage: 'stops',
    how: '`Assert-Sysprep` on a full edition where Edge was updated',
  },
  {
    id: 'restart-heals-windows-update',
    claim: 'Windows Update heals by a restart from `0x80240016`, `0x80240009`, `0x8024001E` and the like',
    otherwise: 'a bake fails that one more restart would have saved',
    damage: 'late',
    how: 'the lines `Restarts for: failed` in the logs of bakes, and what the next round did',
  },
  {
    id: 'user-data-runs-at-each-start',
    claim:
      'EC2Launch v1 and v2 run user data with `<persist>true</persist>` at each start of an instance from a baked AMI',
    otherwise: 'a rebooted host is not checked anew',
    damage: 'late',
    how: 'reboot a container host of each release; the Application log shows "this host runs" again',
  },
  {
    id: 'powershell-tools-have-the-commands',
    claim:
      'the AWS Tools for PowerShell of the AMI have `Complete-ASLifecycleAction`, `Get-ECRLoginCommand` and `Get-SECSecretValue`, also to the SYSTEM account',
    otherwise: 'hosts are abandoned as they launch, or a mirror cannot be read',
    damage: 'stops',
    how: 'a fleet with a lifecycle hook comes into service; a bake from a private mirror pulls',
  },
  {
    id: 'agent-service-and-state',
    claim:
      "the ECS agent's service is `AmazonECS` and its state is in `C:\\ProgramData\\Amazon\\ECS\\data` on each release",
    otherwise: 'an AMI carries the identity of an ECS agent',
    damage: 'unsafe',
    how: '`Get-Service` and `dir` on a container host',
  },
  {
    id: 'ended-pull-ends-in-the-daemon',
    claim:
      "a `docker pull` that is ended by its process ends the daemon's pull; what it downloaded is lost, as reports say",
    otherwise: 'a pull that hangs goes on beside its second try',
    damage: 'late',
    how: "kill a pull of `servercore`; the daemon's log shows it cancelled, and `docker pull` again downloads all of it",
  },
  {
    id: 'slow-pull-moves-free-space',
    claim:
      'free space moves by 50 MB in ten minutes at the slowest useful pull, also while a large layer is checked or unpacked',
    otherwise: 'a slow pull is ended though it moves',
    damage: 'late',
    how: 'the lines of progress of a bake of 2016; none says `hardly a byte came`',
  },
  {
    id: 'defender-exclusions-hold',
    claim:
      'exclusions of Microsoft Defender by the SYSTEM account hold at once, on each release, and shorten the pull',
    otherwise: 'pulls are slower, or exclusions stay in the AMI',
    damage: 'late',
    how: 'two bakes with `antivirusExclusions` on and off; `pullSeconds` of their manifests',
  },
  {
    id: 'inspect-has-platform-digest',
    claim:
      "`docker image inspect` has the platform's digest in `RepoDigests` after a pull by it, on Docker 20.10 too",
    otherwise: 'a bake fails after its pull',
    damage: 'stops',
    how: 'the first bake of 2016 and of 2022; `SaveImage` ends',
  },
  {
    id: 'docker-takes-proxy-from-registry-key',
    claim:
      "Docker's service takes a proxy from `Environment` of its own registry key, and needs no restart of the machine",
    otherwise: 'bakes behind a proxy cannot pull',
    damage: 'stops',
    how: 'a bake with a proxy in a subnet without any other way out',
  },
  {
    id: 'two-pulls-are-faster',
    claim: 'two pulls at once are faster than one after the other on `m6i.xlarge`',
    otherwise: 'pulls take longer than one after the other',
    damage: 'late',
    how: 'the seconds in two image manifests, of the same set, one with the limit of two in `Step-Pull` set to one',
  },
  {
    id: 'ipconfig-is-in-small-images',
    claim: '`ipconfig` is in `nanoserver`, `iis` and `aspnet`, and speaks English',
    otherwise: 'a verification without servercore fails',
    damage: 'stops',
    how: 'a bake of these families alone; the check `network nat` of its verification',
  },
  {
    id: 'system-drives-windows-update',
    claim:
      'the Windows Update Agent can be driven by the SYSTEM account under Systems Manager, on each release',
    otherwise: 'bakes install no update',
    damage: 'stops',
    how: 'a bake on Patch Tuesday; `InstallUpdate` names what it took and Windows is at the new revision',
  },
  {
    id: 'updates-are-classified-so',
    claim:
      'monthly cumulative updates of Windows Server are classified `SecurityUpdates`, previews `Updates` with `BrowseOnly`',
    otherwise: 'a bake takes a preview, or leaves a security update',
    damage: 'unsafe',
    how: 'the lines `Takes` and `Leaves` of a bake in the second and in the fourth week of a month',
  },
  {
    id: 'update-services-stay-disabled',
    claim:
      '`Set-Service` to `Disabled` holds `wuauserv` and `UsoSvc` (WaaSMedicSvc does not undo it), and their delayed start comes back',
    otherwise: 'the revision moves after it was recorded',
    damage: 'unsafe',
    how: '`Get-Service` in a last component, and on an instance of the AMI',
  },
  {
    id: 'ec2launch-v2-is-ready-again',
    claim:
      '`EC2Launch.exe reset --block`, or `reset` where it refuses the flag, before `AWSEC2-RunSysprep` disturbs neither it nor the next boot',
    otherwise: 'user data does not run on 2022 and 2025',
    damage: 'stops',
    how: 'user data runs on the first boot of an AMI of 2022 and of 2025',
  },
  {
    id: 'ec2launch-v1-is-ready-again',
    claim:
      '`InitializeInstance.ps1 -Schedule` runs inside a PowerShell that other scripts use, and needs no strict mode of its own',
    otherwise: 'user data does not run on 2016 and 2019',
    damage: 'stops',
    how: 'user data runs on the first boot of an AMI of 2016 and of 2019',
  },
  {
    id: 'appx-names-its-users',
    claim:
      '`Get-AppxPackage -AllUsers` shows `PackageUserInformation` in the form that the check reads, and works on Server Core or is absent',
    otherwise: 'sysprep fails without a cause',
    damage: 'stops',
    how: '`Assert-Sysprep` of a bake with a Store package that one user has',
  },
  {
    id: 'hotfix-lists-the-update',
    claim:
      '`Get-HotFix` lists the newest cumulative update after its restart, and with it the update that `--kb` names',
    otherwise: '`--kb` fails though the update is there',
    damage: 'stops',
    how: '`rebake --kb` of the newest cumulative update, and of one that does not exist: the first is published, the second fails',
  },
  {
    id: 'docker-answers-in-five-minutes',
    claim: "Docker answers within five minutes of the start of an AMI's test, on its first boot",
    otherwise: 'hosts and tests wait too short, and fail',
    damage: 'late',
    how: 'the time of `Docker ... answers` in the log of `VerifyImages`, and in the Application log of hosts',
  },
  {
    id: 'cmd-helper-hands-docker-its-login',
    claim:
      'docker asks a credential helper that is a `.cmd` file on the PATH of its own process, and an ECR token of 2,000 signs and one with `!^%&"` pass through `echo(!NAME!`',
    otherwise: 'own images, and those of a mirror in ECR, cannot be pulled',
    damage: 'stops',
    how: 'a bake with `CachedImage.fromEcr`, and one with a secret whose password has such signs; `leftOut` of the manifest is empty',
  },
  {
    id: 'no-login-in-the-snapshot',
    claim: 'no login is in the snapshot of an AMI with own images',
    otherwise: 'whoever may use the AMI reads the password of a registry',
    damage: 'unsafe',
    how: 'search the bytes of a volume made from its snapshot for the password of the secret',
  },
  {
    id: 'agents-report-their-versions',
    claim:
      'the files of the ECS agent, the SSM agent and EC2Launch report a product version, and stand where `Get-HostSoftware` looks, on each release',
    otherwise: 'an agent is missing from a bill of materials',
    damage: 'figures',
    how: '`winbake pipeline sbom NAME` after a bake names docker and all three',
  },
];
