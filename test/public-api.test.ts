import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import ts from 'typescript';

/**
 * Reads the sources rather than `.jsii`: that file is only there, and only true, after the compiler ran. What jsii itself
 * refuses it refuses when it compiles.
 */
const index = join(__dirname, '..', 'lib', 'index.ts');

/** Something that a user of the library sees: a type or one of its members. */
interface Documented {
  readonly name: string;
  readonly summary: string;
  readonly optional: boolean;
  readonly fallback: string | undefined;
}

function parse(path: string): ts.SourceFile {
  return ts.createSourceFile(path, readFileSync(path, 'utf8'), ts.ScriptTarget.ES2022, true);
}

/** The exported names of the index, with the file that each is declared in. */
function exportedNames(): readonly (readonly [string, string])[] {
  return parse(index).statements.flatMap((statement) => {
    if (
      !ts.isExportDeclaration(statement) ||
      statement.moduleSpecifier === undefined ||
      statement.exportClause === undefined ||
      !ts.isNamedExports(statement.exportClause)
    ) {
      throw new Error(`lib/index.ts holds named exports and nothing else; got: ${statement.getText()}`);
    }
    const file = `${join(dirname(index), (statement.moduleSpecifier as ts.StringLiteral).text)}.ts`;
    return statement.exportClause.elements.map((element) => [element.name.text, file] as const);
  });
}

function describeNode(name: string, node: ts.Node & { questionToken?: ts.Node }): Documented {
  const docs = ts.getJSDocCommentsAndTags(node).filter((one) => ts.isJSDoc(one));
  const fallback = ts.getJSDocTags(node).find((tag) => tag.tagName.text === 'default');
  return {
    name,
    summary: docs.map((doc) => ts.getTextOfJSDocComment(doc.comment) ?? '').join(' '),
    optional: node.questionToken !== undefined,
    fallback: fallback && ts.getTextOfJSDocComment(fallback.comment)?.replace(/^- /, ''),
  };
}

function isHidden(member: ts.ClassElement | ts.TypeElement | ts.EnumMember): boolean {
  const flags = ts.canHaveModifiers(member) ? ts.getCombinedModifierFlags(member) : 0;
  return (
    (flags & (ts.ModifierFlags.Private | ts.ModifierFlags.Protected)) !== 0 ||
    ts.getJSDocTags(member).some(({ tagName }) => tagName.text === 'internal')
  );
}

function readType(name: string, file: string): readonly Documented[] {
  const declaration = parse(file).statements.find(
    (statement): statement is ts.ClassDeclaration | ts.InterfaceDeclaration | ts.EnumDeclaration =>
      (ts.isClassDeclaration(statement) ||
        ts.isInterfaceDeclaration(statement) ||
        ts.isEnumDeclaration(statement)) &&
      statement.name?.text === name,
  );
  if (declaration === undefined) {
    throw new Error(`${name} is no class, interface or enum of ${file}.`);
  }
  const members = [...declaration.members]
    .filter((member) => !ts.isConstructorDeclaration(member) && !isHidden(member))
    .map((member) => describeNode(`${name}.${member.name?.getText() ?? '?'}`, member));
  return [describeNode(name, declaration), ...members];
}

const api = exportedNames().flatMap(([name, file]) => readType(name, file));

/** What has no first sentence that stands alone. */
function undocumented(items: readonly Documented[]): readonly string[] {
  return items.filter(({ summary }) => !/^[A-Z][^]*?\.(\s|$)/.test(summary)).map(({ name }) => name);
}

/** Optional props that do not say what happens without them. */
function withoutDefault(items: readonly Documented[]): readonly string[] {
  return items
    .filter(({ optional, fallback }) => optional && (fallback ?? '').replace(/^none$/i, '') === '')
    .map(({ name }) => name);
}

test('the library exports what was decided on', () => {
  expect(exportedNames().map(([name]) => name)).toEqual([
    'BakeComponent',
    'BakeComponentOptions',
    'BakeVolume',
    'BaseAmi',
    'BaseAmiPolicy',
    'CachedImage',
    'EcrImageOptions',
    'OwnRepositoryOptions',
    'RegistryImageOptions',
    'Distribution',
    'DistributionRegion',
    'FastLaunch',
    'GatePolicy',
    'HostWithoutImagePolicy',
    'ImageFamily',
    'FollowedLine',
    'IWindowsAmiPipeline',
    'WindowsAmiPipelineAttributes',
    'LatePolicy',
    'DayOfWeek',
    'WeeklyWindow',
    'OutOfBandPolicy',
    'PromotionMode',
    'Promotion',
    'RebakeSchedule',
    'OwnScheduleOptions',
    'PatchTuesdayOptions',
    'Retention',
    'UpdateLevel',
    'UpdatePolicy',
    'VulnerabilitySeverity',
    'VulnerabilityScan',
    'WindowsAmiAccount',
    'AccountPipeline',
    'WindowsAmiAccountProps',
    'WindowsAmiPipeline',
    'WindowsAmiPipelineProps',
    'AmiChannel',
    'FleetVolume',
    'FleetWarmPool',
    'InstanceMetadata',
    'ManagedScaling',
    'RolloutOptions',
    'SpotShare',
    'WindowsAmi',
    'WindowsAmiChannelProps',
    'WindowsAmiFromPipelineOptions',
    'WindowsAmiRevisionProps',
    'WindowsCapacityProvider',
    'CapacityProviderStrategyOptions',
    'WindowsCapacityProviderProps',
    'WindowsTaskDefinition',
    'FsxWindowsFileServerVolume',
    'WindowsTaskDefinitionProps',
    'WindowsEdition',
    'WindowsOs',
    'WinbakeDashboard',
    'WinbakeDashboardProps',
  ]);
});

test('every type and member is documented', () => {
  expect(api.length).toBeGreaterThan(50);
  expect(undocumented(api)).toEqual([]);
});

test('every optional prop says what happens without it', () => {
  expect(api.filter((item) => item.optional).length).toBeGreaterThan(20);
  expect(withoutDefault(api)).toEqual([]);
});

test('the checks notice what is missing', () => {
  const bare: Documented = { name: 'X.y', summary: 'the y', optional: true, fallback: undefined };
  expect(undocumented([bare, { ...bare, summary: '' }, { ...bare, summary: 'It is y' }])).toHaveLength(3);
  expect(withoutDefault([bare, { ...bare, fallback: 'None' }])).toHaveLength(2);
});
