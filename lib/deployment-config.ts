import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import * as z from 'zod';

/** The retention times that CloudWatch Logs knows, in days. */
const RETENTION_DAYS = [
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
] as const;

const positive = z.coerce.number().int().positive();
/** The command line and the environment know text alone. */
const flag = z.preprocess((value) => (value === 'true' ? true : value === 'false' ? false : value), z.boolean());
const days = z.preprocess((value) => (typeof value === 'string' ? Number(value) : value), z.literal(RETENTION_DAYS));
const concurrency = z.strictObject({
  processor: positive.optional(),
  notifier: positive.optional(),
  reconciler: positive.optional(),
  mailEvents: positive.optional(),
  ingest: positive.optional(),
  canary: positive.optional(),
});

const cloudWatchAlarms = z.strictObject({
  service: z.string().min(1).max(128).default('unrouted'),
  namePrefixes: z.array(z.string().min(1).max(255)).min(1).optional(),
});
const inboundMail = z.strictObject({
  recipients: z.array(z.string().min(1).max(255)).min(1),
  /** A rule set that is there already, and active. Without it one is made, which has to be made the active one by hand. */
  ruleSet: z.string().min(1).max(64).optional(),
});

const canary = z.strictObject({
  /** Half a day at most: an alarm of CloudWatch looks back one day. */
  everyMinutes: positive.max(720).default(15),
  /** The mailbox simulator of SES takes mail from every account and costs what any mail does. */
  address: z.email().default('success@simulator.amazonses.com'),
});
/** The template holds the reference alone; CloudFormation puts the value in when it deploys. */
const secretReference = z
  .string()
  .regex(
    /^(?:ssm:[\w./-]{1,1000}(?::\d{1,10})?|secretsmanager:[\w/+=.@:-]{1,512})$/,
    'ssm:NAME of a parameter, or secretsmanager:NAME of a secret, that holds the address; the address itself would stand in the template',
  );

const schema = z.strictObject({
  /** `production` keeps the data when the stack goes, and protects both from deletion. */
  environmentName: z
    .string()
    .regex(/^[a-z][a-z0-9-]{0,31}$/, 'lower-case letters, digits and hyphens')
    .default('production'),
  stackName: z
    .string()
    .regex(/^[A-Za-z][A-Za-z0-9-]{0,63}$/, 'letters, digits and hyphens, beginning with a letter')
    .default('InResponse'),
  /** Whom pages come from. SES must be allowed to send as it. */
  senderEmail: z.email(),
  /** Who is paged when nobody else can be. */
  fallbackEmail: z.email(),
  /** Subscribed to the alarms of InResponse itself. */
  alarmEmail: z.email().optional(),
  /** Where links in mails point, when a domain of your own stands before the API. */
  publicUrl: z
    .url({ protocol: /^https?$/ })
    .transform((url) => url.replace(/\/+$/, ''))
    .optional(),
  logRetentionDays: days.default(30),
  /** Requests per second and method, and how many more at once. */
  apiRate: positive.default(50),
  apiBurst: positive.default(100),
  /** `create` makes the SES identity of senderEmail; `existing` uses one of the account (the address or its domain). */
  sesIdentity: z.enum(['create', 'existing']).default('create'),
  /** API Gateway writes access logs with one role per account and region; `false` when another stack owns it. */
  manageApiGatewayAccountRole: flag.default(true),
  /**
   * Reserved concurrency by function, for example {"reconciler":1}. None by default: an account whose limit is still 10 refuses any
   * reservation, and claims make overlapping runs harmless.
   */
  reservedConcurrency: z.preprocess(fromJson, concurrency).optional(),
  /**
   * Alarms of CloudWatch become incidents of `service`: those whose names begin with one of `namePrefixes`, or all but the alarms that
   * target-tracking autoscaling makes for itself. Without it no rule is made.
   */
  cloudWatchAlarms: z.preprocess(fromJson, cloudWatchAlarms).optional(),
  /** Mail to these addresses or domains becomes incidents. SES must receive mail for them, in this region. */
  inboundMail: z.preprocess(fromJson, inboundMail).optional(),
  /** A canary incident every so often, through everything, and an alarm when its mail does not arrive. */
  canary: z.preprocess(fromJson, canary).optional(),
  /** Where the address is kept that is fetched after each clean pass of the reconciler: a service that raises the alarm when it hears nothing. */
  watchdogUrl: secretReference.optional(),
});

/** What a deployment needs to know, checked and with defaults filled in. */
export type DeploymentConfig = z.infer<typeof schema>;

/** Every field name, as used in the context and in the file. */
export const DEPLOYMENT_FIELDS = Object.keys(schema.shape);

/** The environment variable of a field: `senderEmail` is `INRESPONSE_SENDER_EMAIL`. */
export function environmentVariable(field: string): string {
  return `INRESPONSE_${field.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()}`;
}

/** The configuration cannot be used. The message is written for the person who runs the deployment. */
export class DeploymentConfigError extends Error {
  override readonly name = 'DeploymentConfigError';
}

export interface DeploymentSources {
  /** Looks a CDK context key up. */
  readonly context: (key: string) => unknown;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/**
 * Reads the configuration field by field from, in order of precedence: the context object `inresponse`, context keys of the field
 * names, environment variables `INRESPONSE_*`, the `deployment` block of the file named by context `config` or INRESPONSE_CONFIG.
 * Throws DeploymentConfigError naming every bad or missing field.
 */
export function readDeploymentConfig({ context, environment }: DeploymentSources): DeploymentConfig {
  const file = context('config') ?? environment.INRESPONSE_CONFIG;
  const merged = {
    ...(typeof file === 'string' && file !== '' ? readBlock(file) : {}),
    ...pick((field) => environment[environmentVariable(field)]),
    ...pick(context),
    ...asBlock(fromJson(context('inresponse')) ?? {}, 'the context key inresponse'),
  };
  const result = schema.safeParse(merged);
  if (result.success) return result.data;
  throw new DeploymentConfigError(explain(result.error.issues, merged));
}

function pick(read: (field: string) => unknown): Record<string, unknown> {
  const entries = DEPLOYMENT_FIELDS.map((field) => [field, read(field)] as const);
  return Object.fromEntries(entries.filter(([, value]) => value !== undefined && value !== ''));
}

function readBlock(file: string): Record<string, unknown> {
  const content = asBlock(parseFile(file), file);
  return asBlock(content.deployment ?? {}, `the deployment block of ${file}`);
}

function parseFile(file: string): unknown {
  try {
    return parse(readFileSync(file, 'utf8'));
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new DeploymentConfigError(`The configuration file ${file} cannot be read: ${why}`, { cause });
  }
}

function asBlock(value: unknown, where: string): Record<string, unknown> {
  const result = z.record(z.string(), z.unknown()).safeParse(value);
  if (result.success) return result.data;
  throw new DeploymentConfigError(`InResponse cannot be deployed: ${where} must be an object.`);
}

/** Text that is JSON becomes what it says; anything else is left for the schema to judge. */
function fromJson(value: unknown): unknown {
  if (typeof value !== 'string') return value;
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
}

function explain(issues: readonly z.core.$ZodIssue[], given: Readonly<Record<string, unknown>>): string {
  const lines = issues.flatMap((issue) => {
    const [field] = issue.path;
    if (field === undefined && issue.code === 'unrecognized_keys') {
      return issue.keys.map(
        (key) => `${key}: there is no such field. Remove it; the fields are ${DEPLOYMENT_FIELDS.join(', ')}.`,
      );
    }
    const name = String(field);
    const what = given[name] === undefined ? 'missing' : `not usable (${issue.message})`;
    return [`${issue.path.join('.')}: ${what}. ${howToSet(name)}`];
  });
  return [
    'InResponse cannot be deployed until its configuration is complete:',
    ...lines.map((line) => `  ${line}`),
  ].join('\n');
}

function howToSet(field: string): string {
  const file = 'the deployment block of the file named by -c config= or INRESPONSE_CONFIG';
  return `Set it with -c ${field}=..., ${environmentVariable(field)}=..., or ${field} in ${file}.`;
}
