import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CfnRole } from 'aws-cdk-lib/aws-iam';
import { BUILD_SERVICES } from '../../lib/core/doctor/examine';
import { FleetsOfStack } from '../../lib/fleet/fleets-of-stack';
import { WindowsAmiAccount, WindowsAmiPipeline, WindowsCapacityProvider } from '../../lib/index';
import { checkedApp } from '../support/checked-app';

const ROOT = join(__dirname, '..', '..');
const page = readFileSync(join(ROOT, 'docs', 'security.md'), 'utf8');

/** The texts in code type with which the items of the list below a heading begin. */
function rows(heading: string): readonly string[] {
  const [, rest = ''] = page.split(new RegExp(`\\n#+ ${heading}\\n`));
  const [section = ''] = rest.split(/\n#+ /);
  const subjects = [...section.matchAll(/^- (`[^:]+):/gm)].map(([, subject = '']) => subject);
  return subjects.flatMap((subject) => [...subject.matchAll(/`([^`]+)`/g)].map(([, text = '']) => text));
}

const { app } = checkedApp();

/** The roles of all constructs of a kind, by their path below it; those that a stack shares by their last part. */
function rolesOf(
  kind:
    | typeof FleetsOfStack
    | typeof WindowsAmiAccount
    | typeof WindowsAmiPipeline
    | typeof WindowsCapacityProvider,
) {
  const constructs = app.node.findAll();
  const owners = constructs.filter((one) => one instanceof kind).map(({ node }) => `${node.path}/`);
  const roles = constructs.filter((one) => one instanceof CfnRole).map(({ node }) => node.path);
  const own = owners.flatMap((owner) =>
    roles.filter((path) => path.startsWith(owner)).map((path) => path.slice(owner.length)),
  );
  return [...new Set(own.map((path) => path.replace(/\/Resource$/, '')))].sort();
}

test('every role of a pipeline is there, and no other', () => {
  expect([...rows('WindowsAmiPipeline')].sort()).toEqual(rolesOf(WindowsAmiPipeline));
});

test('every role of an account is there, and no other', () => {
  const shared = app.node
    .findAll()
    .filter((one) => one instanceof CfnRole && /^AllAccount\d\/AWS/.test(one.node.path))
    .map(({ node }) => node.path.split('/').at(-2) ?? '');
  expect([...rows('WindowsAmiAccount')].sort()).toEqual(
    [...new Set([...rolesOf(WindowsAmiAccount), ...shared])].sort(),
  );
});

test('every role of a fleet is there, and no other', () => {
  expect([...rows('WindowsCapacityProvider')].sort()).toEqual(rolesOf(WindowsCapacityProvider));
  expect([...rows('WinbakeFleets')].sort()).toEqual(rolesOf(FleetsOfStack));
});

test('every service that a build calls is among the ways out, and so is the registry', () => {
  const hosts = rows('Ways out');
  expect(hosts).toEqual(
    expect.arrayContaining([
      'mcr.microsoft.com',
      ...BUILD_SERVICES.map((service) => `${service}.<region>.amazonaws.com`),
    ]),
  );
});

test('the instance scripts name no host that they call by themselves', () => {
  const scripts = join(ROOT, 'scripts', 'instance');
  const texts = readdirSync(scripts, { recursive: true })
    .map(String)
    .filter((name) => /\.psm?1$/.test(name))
    .map((name) => readFileSync(join(scripts, name), 'utf8').replaceAll(/<#[^]*?#>|^\s*#.*$/gm, ''));
  expect(texts.length).toBeGreaterThan(20);
  const hosts = texts.flatMap((text) => [...text.matchAll(/https?:\/\/([\w.-]+)/g)].map(([, host]) => host));
  // The metadata service is the machine's own, docker keeps a login to its Hub by an address, and a message says what a proxy's looks like.
  expect([...new Set(hosts)].sort()).toEqual(['169.254.169.254', 'index.docker.io', 'proxy.example.com']);
});
