import { runDocker } from './run-docker';

/** The program `docker` of the simulated host, see `writeDockerShim`. */
void runDocker(process.argv.slice(2), {
  env: process.env,
  out: (text) => process.stdout.write(text),
  err: (text) => process.stderr.write(text),
}).then((exitCode) => {
  process.exitCode = exitCode;
});
