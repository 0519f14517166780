// Makes test/fixtures/windows-powershell-5.1.json, the commands of Windows PowerShell 5.1 with their parameters, from clones of
// the public references:
//   git clone https://github.com/MicrosoftDocs/PowerShell-Docs
//   git clone https://github.com/MicrosoftDocs/windows-powershell-docs
//   node tools/build/list-powershell-commands.mjs <PowerShell-Docs> <windows-powershell-docs> && npm run fix
// Names alone are taken: of the modules that come with 5.1 itself, and of two that Windows Server adds (of 2016, the oldest).
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';

const SOURCES = [
  {
    repository: 'https://github.com/MicrosoftDocs/PowerShell-Docs',
    folders: ['Core', 'Management', 'Security', 'Utility'].map(
      (name) => `reference/5.1/Microsoft.PowerShell.${name}`,
    ),
  },
  {
    repository: 'https://github.com/MicrosoftDocs/windows-powershell-docs',
    folders: ['docset/winserver2016-ps/Appx', 'docset/winserver2016-ps/DISM'],
  },
];

/** Commands of further modules whose pages were read by hand: of those that the scripts use. */
const READ = {
  pages: [
    'https://learn.microsoft.com/powershell/module/defender/?view=windowsserver2016-ps',
    'https://learn.microsoft.com/powershell/module/netadapter/get-netadapter?view=windowsserver2016-ps',
    'https://learn.microsoft.com/powershell/module/hostnetworkingservice/',
    'https://learn.microsoft.com/virtualization/hyper-v-on-windows/user-guide/setup-nat-network',
  ],
  commands: {
    'Add-MpPreference': ['ExclusionPath', 'ExclusionProcess', 'Force'],
    'Get-ContainerNetwork': [],
    'Get-HnsNetwork': ['Id'],
    'Get-MpPreference': [],
    'Get-NetAdapter': ['IncludeHidden', 'InterfaceDescription', 'InterfaceIndex', 'Name', 'Physical'],
    'Remove-ContainerNetwork': ['Force'],
    'Remove-HnsNetwork': ['InputObjects'],
    'Remove-MpPreference': ['ExclusionPath', 'ExclusionProcess', 'Force'],
  },
};

const clones = process.argv.slice(2);
if (clones.length !== SOURCES.length) {
  process.stderr.write(`Two clones are needed; got: ${clones.join(' ') || 'none'}.\n`);
  process.exit(2);
}

const commands = { ...READ.commands };
const sources = SOURCES.map(({ repository, folders }, index) => {
  const git = (...args) =>
    execFileSync('git', ['-C', clones[index], ...args], { encoding: 'utf8', maxBuffer: 1e9 }).trim();
  for (const file of folders.flatMap((folder) =>
    git('ls-tree', '--name-only', 'HEAD', `${folder}/`).split('\n'),
  )) {
    const name = /([A-Z][A-Za-z]+-[A-Z][A-Za-z]+)\.md$/.exec(file)?.[1];
    if (name !== undefined) {
      const parameters = [...git('show', `HEAD:${file}`).matchAll(/^### -(\w+)/gm)].map(
        ([, parameter]) => parameter,
      );
      commands[name] = [...new Set(parameters)].sort();
    }
  }
  return { repository, folders, commit: git('rev-parse', 'HEAD'), date: git('log', '-1', '--format=%cs') };
});

const sorted = Object.fromEntries(Object.entries(commands).sort(([a], [b]) => (a < b ? -1 : 1)));
const lines = Object.entries(sorted).map(
  ([name, parameters]) => `    ${JSON.stringify(name)}: ${JSON.stringify(parameters)}`,
);
writeFileSync(
  'test/fixtures/windows-powershell-5.1.json',
  `{\n  "sources": ${JSON.stringify([...sources, { pages: READ.pages }])},\n  "commands": {\n${lines.join(',\n')}\n  }\n}\n`,
);
process.stdout.write(`${lines.length} commands.\n`);
