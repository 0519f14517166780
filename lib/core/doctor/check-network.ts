import type { PipelineDescription } from '../../contract/documents/pipeline-description';
import { functionNameOf } from './check-roles';
import { fine, unsure, wrong, type Check, type CheckResult, type DoctorPorts } from './pipeline-inspector';

/** What a build instance calls; the S3 endpoint is free and of the gateway kind. */
export const BUILD_SERVICES = ['ssm', 'ssmmessages', 'ec2messages', 's3', 'imagebuilder'] as const;

/** Whether registry and services answer this computer, which is not where builds run. */
export const checkEgressFromHere: Check = async (ports, description) => {
  const decide = await ports.inspector.functionOf(functionNameOf(description, 'decide'));
  const registry = decide?.environment['WINBAKE_REGISTRY'];
  const services = ['ssm', 's3', 'imagebuilder'].map(
    (service) => [service, `https://${service}.${description.region}.${suffix(description)}/`] as const,
  );
  const places = [
    ...(registry === undefined ? [] : [['registry', `${registry.replace(/\/$/, '')}/v2/`] as const]),
    ...services,
  ];
  return Promise.all(places.map(([name, url]) => asked(ports, name, url)));
};

async function asked({ reach }: DoctorPorts, name: string, url: string): Promise<CheckResult> {
  const check = `egress ${name}, from here`;
  try {
    return fine(check, `${url} answers ${await reach.status(url)} to this computer`);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return unsure(
      check,
      `${url} does not answer this computer: ${why}`,
      'Try from a network that reaches it.',
    );
  }
}

/** Whether the subnet of builds has a way out, by its routes and endpoints: that is not the same as trying it there. */
export const checkEgressOfBuilds: Check = async ({ inspector }, { imagePipelineArn, region }) => {
  const check = 'egress of builds, by routes';
  const pipeline = imagePipelineArn === null ? undefined : await inspector.imagePipeline(imagePipelineArn);
  const network = await inspector.networkOf(pipeline?.subnetId);
  if (network === undefined) {
    const detail =
      pipeline?.subnetId === undefined
        ? `${region} has no default VPC`
        : `the subnet ${pipeline.subnetId} does not exist`;
    return [wrong(check, detail, 'Name a VPC in the pipeline, with a way out.')];
  }
  const { defaultRoute, endpoints, subnetId } = network;
  if (defaultRoute !== undefined) {
    return [fine(check, `${subnetId} sends everything to ${defaultRoute}; not tried from inside`)];
  }
  const missing = BUILD_SERVICES.filter((service) => !endpoints.some((one) => one.endsWith(`.${service}`)));
  return [
    missing.length === 0
      ? unsure(
          check,
          `${subnetId} has endpoints of ${BUILD_SERVICES.join(', ')} and no other way out`,
          'The registry must be a mirror behind an endpoint or a proxy in the VPC; a bake tells.',
        )
      : wrong(
          check,
          `${subnetId} has no default route, and no endpoint of ${missing.join(', ')}`,
          'Give it a NAT gateway, or the endpoints and a mirror or proxy.',
        ),
  ];
};

function suffix({ stateMachineArn }: PipelineDescription): string {
  return stateMachineArn.startsWith('arn:aws-cn:') ? 'amazonaws.com.cn' : 'amazonaws.com';
}
