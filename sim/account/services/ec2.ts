import { EC2ServiceException } from '@aws-sdk/client-ec2';
import type { Place } from '../commands/command-row';
import type { Operation, SimulatedService } from '../simulated-service';
import { SimulatedImages } from './ec2-images';

/** EC2, put together of its parts: AMIs here, instances and templates by whoever simulates them. */
export class SimulatedEc2 implements SimulatedService {
  readonly id = 'ec2';
  readonly ServiceException = EC2ServiceException;
  readonly images = new SimulatedImages();
  readonly operations: Readonly<Record<string, Operation>>;

  constructor(others: Readonly<Record<string, Operation>> = {}) {
    this.operations = { ...this.images.operations, ...others };
  }

  tagsOf(arn: string, place: Place): Readonly<Record<string, string>> {
    return this.images.tagsOf(arn, place) ?? {};
  }
}
