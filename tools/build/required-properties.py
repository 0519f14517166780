#!/usr/bin/env python3
"""Writes lib/core/aws-rules/required-properties.json: the properties without which CloudFormation refuses a resource.

Run by hand, from anywhere, after a newer cfn-lint or aws-cdk, or with the types of resources that constructs make since:
python3 tools/build/required-properties.py AWS::SQS::Queue ...
It needs cfn-lint (pip install cfn-lint==1.51.0), which carries the schemas of CloudFormation's registry, and aws-cdk of npm ci, which
carries them as CDK's L1 constructs have them. npm test reads the JSON alone.
"""

import gzip
import json
import sys
from importlib.metadata import version
from pathlib import Path

import cfnlint.data.schemas.providers.us_east_1 as registry

ROOT = Path(__file__).resolve().parent.parent.parent
TARGET = ROOT / 'lib' / 'core' / 'aws-rules' / 'required-properties.json'
AWS_CDK = ROOT / 'node_modules' / 'aws-cdk'
SCHEMAS = Path(registry.__file__).parent.parent / 'resources'


def of_registry(type_name):
    """What the schema of CloudFormation's registry requires, by place; an entry of a list is *, a value of a map {}."""
    root = json.loads((SCHEMAS / f'{registry.types[type_name]}.json').read_text())
    found = {}

    def walk(schema, place, above):
        reference = schema.get('$ref')
        if reference is not None:
            if reference not in above:
                target = root
                for part in reference.removeprefix('#/').split('/'):
                    target = target[part]
                walk(target, place, (*above, reference))
            return
        add(found, place, {*schema.get('required', []), *of_each_alternative(schema)})
        for name, inner in schema.get('properties', {}).items():
            walk(inner, f'{place}/{name}', above)
        if 'items' in schema:
            walk(schema['items'], f'{place}/*', above)
        for inner in schema.get('patternProperties', {}).values():
            walk(inner, f'{place}/{{}}', above)

    walk(root, '', ())
    return found


def of_each_alternative(schema):
    """What every alternative of a schema requires."""
    alternatives = [set(one.get('required', [])) for word in ('oneOf', 'anyOf') for one in schema.get(word, [])]
    return set.intersection(*alternatives) if alternatives else set()


def of_cdk(type_name, database):
    """The same by the database from which CDK's L1 constructs are made."""
    types = {one['$id']: one['properties'] for one in database['typeDefinition']['entities']}
    (resource,) = (one for one in database['resource']['entities'] if one['cloudFormationType'] == type_name)
    found = {}

    def walk(properties, place, above):
        add(found, place, {name for name, one in properties.items() if one.get('required')})
        for name, one in properties.items():
            walk_type(one['type'], f'{place}/{name}', above)

    def walk_type(kind, place, above):
        match kind['type']:
            case 'ref' if kind['reference']['$ref'] not in above:
                reference = kind['reference']['$ref']
                walk(types[reference], place, (*above, reference))
            case 'array':
                walk_type(kind['element'], f'{place}/*', above)
            case 'map':
                walk_type(kind['element'], f'{place}/{{}}', above)
            case 'union':
                for one in kind['types']:
                    walk_type(one, place, above)
            case 'tag':
                add(found, place, {'Key', 'Value'})

    walk(resource['properties'], '', ())
    return found


def add(found, place, names):
    if names:
        found[place] = found.get(place, set()) | names


def agreed(type_name, database):
    """What both require, so that nothing is refused for a property that one of them has long required no more; prints the rest."""
    ours, theirs = of_registry(type_name), of_cdk(type_name, database)
    for place in sorted(ours.keys() | theirs.keys()):
        for name in sorted(ours.get(place, set()) ^ theirs.get(place, set())):
            print(f'{type_name}{place}/{name}: required by {"cfn-lint" if name in ours.get(place, set()) else "CDK"} alone')
    both = {place: sorted(names & theirs.get(place, set())) for place, names in ours.items()}
    return {place: names for place, names in sorted(both.items()) if names}


def main():
    known = json.loads(TARGET.read_text())['types'] if TARGET.exists() else {}
    with gzip.open(AWS_CDK / 'db.json.gz') as file:
        database = json.load(file)['schema']
    cdk = json.loads((AWS_CDK / 'package.json').read_text())['version']
    lines = [
        f'{json.dumps(name)}:{json.dumps(agreed(name, database), separators=(",", ":"))}' for name in sorted({*known, *sys.argv[1:]})
    ]
    source = json.dumps(f'cfn-lint {version("cfn-lint")} and aws-cdk {cdk}')
    body = ',\n'.join(lines)
    text = f'{{"source":{source},"types":{{\n{body}\n}}}}\n'
    TARGET.write_text(text)
    print(f'{len(lines)} types, {len(text)} bytes')


main()
