import { METRIC_NAMESPACE } from '../contract/names/metrics';
import type { Metrics } from '../core/ports/notices';

/** Fields of these names never reach a log. */
const SECRET_NAME = /secret|token|password|credential|authorization/i;

/** What stands in place of a secret. */
const HIDDEN = '(not logged)';

/** What may carry a secret within a text: the beginning stays, the secret goes. */
const SECRETS_IN_TEXT: readonly RegExp[] = [
  // The user of an address: https://user:password@host
  /(:\/\/)[^/@\s"]+(?=@)/g,
  // A header's value: Authorization: Bearer abc
  /(\b(?:Bearer|Basic)\s+)[\w.~+/=-]{8,}/gi,
  // A signed address: ?X-Amz-Signature=abc
  /(\bX-Amz-(?:Security-Token|Signature|Credential)=)[^&\s"']+/gi,
  // A name with a value: password=abc, client_secret: abc
  /(\b\w*(?:secret|token|password)\w*["']?\s*[=:]\s*["']?)[^\s"'&,;]{4,}/gi,
];

/** Access key ids of AWS, whoever they belong to. */
const ACCESS_KEY_ID = /\b(?:AKIA|ASIA)[A-Z0-9]{16}\b/g;

/** A text without what may be a secret in it. */
export function hideSecretsInText(text: string): string {
  return SECRETS_IN_TEXT.reduce((rest, secret) => rest.replaceAll(secret, `$1${HIDDEN}`), text).replaceAll(
    ACCESS_KEY_ID,
    HIDDEN,
  );
}

/** A replacer for `JSON.stringify`: fields that are named like secrets go, and secrets within texts. */
function hideSecrets(key: string, value: unknown): unknown {
  if (SECRET_NAME.test(key)) {
    return HIDDEN;
  }
  return typeof value === 'string' ? hideSecretsInText(value) : value;
}

/** Writes one line. */
type Write = (line: string) => void;

/** A log whose lines are JSON, with the same fields in each. */
export interface Log {
  info(message: string, fields?: Readonly<Record<string, unknown>>): void;
  error(message: string, error: unknown): void;
}

/** Makes a log; `shared` stands in each line, such as the pipeline's name. */
export function createLog(shared: Readonly<Record<string, unknown>>, write: Write = toStandardOutput): Log {
  const line = (level: string, message: string, fields: Readonly<Record<string, unknown>>) => {
    write(JSON.stringify({ level, message, ...shared, ...fields }, hideSecrets));
  };
  return {
    info: (message, fields = {}) => {
      line('info', message, fields);
    },
    error: (message, error) => {
      const {
        name,
        message: reason,
        stack,
      } = error instanceof Error ? error : { name: 'Error', message: String(error), stack: undefined };
      line('error', message, { error: name, reason, stack });
    },
  };
}

/** A line as it is: Lambda puts nothing around what is written so. */
export function toStandardOutput(line: string): void {
  process.stdout.write(`${line}\n`);
}

/** What a measurement is of; of a fleet's publication it is of the fleet, too. */
type Measured =
  | { readonly Pipeline: string }
  | { readonly Fleet: string; readonly Publication?: string }
  | { readonly Stack: string };

/**
 * Metrics of a pipeline, a fleet or the fleets of a stack as lines of the log, from which CloudWatch reads them; they need no
 * permission and no call.
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
 */
export function embeddedMetrics(of: Measured, write: Write = toStandardOutput): Metrics {
  const [first, ...others] = Object.keys(of);
  return {
    record: (measurements, at) => {
      const values = measurements.map(({ name, value }) => [name, value] as const);
      write(
        JSON.stringify({
          _aws: {
            Timestamp: at.getTime(),
            CloudWatchMetrics: [
              {
                Namespace: METRIC_NAMESPACE,
                Dimensions: others.length === 0 ? [[first]] : [[first], [first, ...others]],
                Metrics: measurements.map(({ name, unit }) => ({ Name: name, Unit: unit })),
              },
            ],
          },
          ...of,
          ...Object.fromEntries(values),
        }),
      );
    },
  };
}

/**
 * A handler whose answers and failures are lines of its log. A failure is thrown on: who called tries again, or tells.
 * `told` names the fields of the answer that the line holds; without it a call that succeeds leaves no line.
 */
export function withLog<Given extends readonly unknown[], Answer>(
  log: Log,
  handler: (...given: Given) => Promise<Answer>,
  notified?: (answer: Answer) => Readonly<Record<string, unknown>>,
): (...given: Given) => Promise<Answer> {
  return async (...given) => {
    try {
      const answer = await handler(...given);
      if (notified !== undefined) {
        log.info('Answered', notified(answer));
      }
      return answer;
    } catch (error) {
      log.error('Failed', error);
      throw error;
    }
  };
}
