import * as z from 'zod';

/**
 * The names of the environment variables, in one place: `lib/` sets them with the grant that goes with each, `lambda/` reads them
 * through `readEnv` alone.
 */
export const ENV = {
  incidentTable: 'INCIDENT_TABLE',
  serviceTable: 'SERVICE_TABLE',
  oncallCalendarTable: 'ONCALL_CALENDAR_TABLE',
  configTable: 'CONFIG_TABLE',
  timelineTable: 'TIMELINE_TABLE',
  dedupTable: 'DEDUP_TABLE',
  integrationTable: 'INTEGRATION_TABLE',
  payloadTable: 'PAYLOAD_TABLE',
  heartbeatTable: 'HEARTBEAT_TABLE',
  stateMachineArn: 'STATE_MACHINE_ARN',
  senderEmail: 'SENDER_EMAIL',
  fallbackEmail: 'FALLBACK_EMAIL',
  configurationSet: 'CONFIGURATION_SET',
  publicUrl: 'PUBLIC_URL',
  adminKeyId: 'ADMIN_API_KEY_ID',
  sendKeyId: 'SEND_API_KEY_ID',
  readKeyId: 'READ_API_KEY_ID',
  alarmService: 'ALARM_SERVICE',
  canaryAddress: 'CANARY_ADDRESS',
  watchdogUrl: 'WATCHDOG_URL',
} as const;

export type EnvName = keyof typeof ENV;
export type Env<N extends EnvName> = Readonly<Record<N, string>>;

/**
 * Reads the variables that a handler needs, once, at cold start. Throws naming every one that is missing. A function is given only
 * what it has permission for, so each names its own.
 */
export function readEnv<N extends EnvName>(
  names: readonly N[],
  source: Readonly<Record<string, string | undefined>> = process.env,
): Env<N> {
  const shape = Object.fromEntries(names.map((name) => [ENV[name], z.string().min(1)]));
  const result = z.object(shape).safeParse(source);
  if (!result.success) {
    const missing = result.error.issues.map((issue) => issue.path.join('.')).join(', ');
    throw new Error(`environment is not usable, missing: ${missing}`);
  }
  const { data } = result;
  return Object.fromEntries(names.map((name) => [name, data[ENV[name]]])) as Env<N>;
}

/** Reads a variable that a deployment may leave out. */
export function readOptionalEnv(
  name: EnvName,
  source: Readonly<Record<string, string | undefined>> = process.env,
): string | undefined {
  return source[ENV[name]] || undefined;
}
