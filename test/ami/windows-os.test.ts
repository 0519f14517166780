import { OperatingSystemFamily } from 'aws-cdk-lib/aws-ecs';
import { WindowsEdition, WindowsOs } from '../../lib/ami/windows-os';

const ALL = Object.entries(WindowsOs).filter(
  (entry): entry is [string, WindowsOs] => entry[1] instanceof WindowsOs,
);

test('there is every os that ECS has an AMI of, and no other', () => {
  expect(ALL.map(([constant]) => constant)).toEqual([
    'SERVER_2016_FULL',
    'SERVER_2019_FULL',
    'SERVER_2019_CORE',
    'SERVER_2022_FULL',
    'SERVER_2022_CORE',
    'SERVER_2025_FULL',
    'SERVER_2025_CORE',
  ]);
});

test.each(ALL)('%s knows its names elsewhere', (constant, os) => {
  expect(os.name).toBe(constant);
  expect(os.operatingSystemFamily).toEqual(OperatingSystemFamily.of(`WINDOWS_${constant}`));
  const edition = os.edition === WindowsEdition.CORE ? 'Core' : 'Full';
  expect(os.baseAmiParameter).toBe(
    `/aws/service/ami-windows-latest/Windows_Server-${os.release}-English-${edition}-ECS_Optimized/image_id`,
  );
});

test('the build is the third number of its OS versions', () => {
  expect(WindowsOs.SERVER_2022_CORE.buildNumber).toBe(20348);
});
