#!/usr/bin/env python3
"""Writes sim/account/models: what AWS's own models, as botocore carries them, say of the operations that Winbake sends.

Run by hand after a new command or a new botocore, from anywhere: python3 tools/build/aws-models.py
It needs botocore (pip install botocore, or moto brings it). npm test reads the JSON alone.
"""

import json
import re
from pathlib import Path

import botocore
import botocore.session

ROOT = Path(__file__).resolve().parent.parent.parent
TARGET = ROOT / 'sim' / 'account' / 'models'

# Clients whose package is not named like the service in botocore.
BOTOCORE_NAMES = {'auto-scaling': 'autoscaling', 'cloudwatch-logs': 'logs', 'eventbridge': 'events', 'secrets-manager': 'secretsmanager', 'sfn': 'stepfunctions'}

IMPORT = re.compile(r"import\s+(?:type\s+)?\{([^}]*)\}\s+from '@aws-sdk/client-([a-z0-9-]+)'")
SENT = re.compile(r'^(?:(\w+)Command|paginate(\w+)|waitUntil(\w+))$')
# What state machines call by an SDK integration.
INTEGRATION = re.compile(r'aws-sdk:([a-z0-9]+):([a-z])(\w+)')

CONSTRAINTS = ('min', 'max', 'pattern', 'enum')
# Longer ones are lists of products, such as instance types, which grow every month.
LONGEST_ENUM = 150


def sent_operations():
    """The operations of each client that sources import a command or paginator of."""
    sent = {}
    for folder in ('lib', 'bin'):
        for file in sorted((ROOT / folder).rglob('*.ts')):
            text = file.read_text()
            for names, client in IMPORT.findall(text):
                for name in names.split(','):
                    found = SENT.match(name.strip().removeprefix('type ').split(' as ')[0])
                    if found:
                        sent.setdefault(client, set()).add(next(filter(None, found.groups())))
            for client, initial, rest in INTEGRATION.findall(text):
                sent.setdefault(client, set()).add(initial.upper() + rest)
    return sent


def shape_of(shape, shapes):
    """The name under which a shape is kept, or its type alone where nothing limits it."""
    limits = {key: value for key in CONSTRAINTS if (value := shape.metadata.get(key)) not in (None, [])}
    if len(limits.get('enum', [])) > LONGEST_ENUM:
        del limits['enum']
    if getattr(shape, 'is_document_type', False):
        return 'document'
    if shape.type_name not in ('structure', 'list', 'map') and not limits:
        return shape.type_name
    if shape.name in shapes:
        return shape.name
    kept = shapes[shape.name] = {'type': shape.type_name, **limits}
    if shape.type_name == 'structure':
        kept['members'] = {name: shape_of(member, shapes) for name, member in shape.members.items()}
        if shape.required_members:
            kept['required'] = list(shape.required_members)
        filled = [name for name, member in shape.members.items() if member.metadata.get('idempotencyToken')]
        if filled:
            # The SDK fills these in after the step at which the simulated account answers.
            kept['filled'] = filled
        if getattr(shape, 'is_tagged_union', False):
            kept['union'] = True
    elif shape.type_name == 'list':
        kept['member'] = shape_of(shape.member, shapes)
    elif shape.type_name == 'map':
        kept['key'] = shape_of(shape.key, shapes)
        kept['value'] = shape_of(shape.value, shapes)
    return shape.name


def error_of(shape):
    """The name that an error has on the wire, and its HTTP status."""
    error = shape.metadata.get('error', {})
    return error.get('code', shape.name), error.get('httpStatusCode', 400)


def model_of(service, operations):
    shapes = {}
    kept = {}
    for name in sorted(operations):
        operation = service.operation_model(name)
        kept[name] = {
            'input': shape_of(operation.input_shape, shapes) if operation.input_shape else None,
            'output': shape_of(operation.output_shape, shapes) if operation.output_shape else None,
            'errors': dict(error_of(shape) for shape in operation.error_shapes),
        }
    return {
        'source': f'botocore {botocore.__version__}, {service.service_name} {service.api_version}',
        'protocol': service.protocol,
        'operations': kept,
        'shapes': dict(sorted(shapes.items())),
    }


def main():
    session = botocore.session.get_session()
    TARGET.mkdir(parents=True, exist_ok=True)
    sent = sent_operations()
    for file in TARGET.glob('*.json'):
        if file.stem not in sent:
            file.unlink()
    for client, operations in sorted(sent.items()):
        service = session.get_service_model(BOTOCORE_NAMES.get(client, client))
        text = json.dumps(model_of(service, operations), separators=(',', ':'), ensure_ascii=True)
        (TARGET / f'{client}.json').write_text(text + '\n')
        print(f'{client}: {len(operations)} operations, {len(text)} bytes')


main()
