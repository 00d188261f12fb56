import type { APIGatewayProxyEvent } from 'aws-lambda';
import { type ConfigDocument, parseConfig } from '../../../../core/config/document.ts';
import { peopleOf } from '../../../../core/config/people.ts';
import { calendarRowsOf } from '../../../../core/config/projection.ts';
import { servicesOf } from '../../../../core/config/services.ts';
import type { CalendarDay } from '../../../../core/oncall.ts';
import type { CalendarStore } from '../../../../lambda/data/calendar.ts';
import type { CurrentConfig } from '../../../../lambda/data/current-config.ts';
import type { LinkSecret, LinkSecretStore } from '../../../../lambda/data/link-secrets.ts';
import type { ServiceStore } from '../../../../lambda/data/services.ts';
import { type HttpResponse, Problem } from '../../../../lambda/http/problem.ts';

export const NOW = Date.parse('2026-11-21T02:04:00Z');

/** Ada and Grace take weeks, Lin watches the nights; Saturday 03:04 in Berlin is Ada's, and Lin's. */
export const DOCUMENT: ConfigDocument = {
  users: [
    { id: 'ada', name: 'Ada Lovelace', email: 'ada@example.org' },
    { id: 'grace', name: 'Grace Hopper', email: 'grace@example.org' },
    { id: 'lin', name: 'Lin', email: 'lin@example.org' },
  ],
  teams: [
    {
      id: 'payments',
      timeZone: 'Europe/Berlin',
      members: ['ada', 'grace'],
      escalationPolicy: 'standard',
      calendar: [
        { day: 'default', oncall: 'ada', escalation: 'boss@example.org' },
        { day: '2026-11-22', oncall: 'grace' },
      ],
    },
    { id: 'bare' },
  ],
  schedules: [
    {
      id: 'primary',
      name: 'Primary',
      timeZone: 'Europe/Berlin',
      layers: [
        {
          id: 'weekly',
          name: 'Weekly',
          users: ['ada', 'grace'],
          start: '2026-11-02T09:00',
          rotation: { unit: 'week' },
        },
      ],
    },
    {
      id: 'night',
      name: 'Night watch',
      timeZone: 'Europe/Berlin',
      layers: [
        {
          id: 'nights',
          users: ['lin'],
          start: '2026-11-02T09:00',
          rotation: { unit: 'week' },
          restrictions: [{ kind: 'daily', from: '20:00', to: '06:00' }],
        },
      ],
    },
    {
      id: 'other',
      timeZone: 'Asia/Kolkata',
      layers: [{ id: 'solo', users: ['guest@example.org'], start: '2026-01-01T00:00', rotation: { unit: 'day' } }],
    },
  ],
  escalationPolicies: [
    {
      id: 'standard',
      repeat: 1,
      rules: [
        { targets: [{ schedule: 'primary' }] },
        { targets: [{ schedule: 'night' }, { team: 'payments', mode: 'roundRobin' }], urgency: 'high' },
      ],
    },
  ],
  services: [
    { id: 'athens', team: 'payments' },
    { id: 'sparta', team: 'payments', escalateAfterSeconds: 900 },
    { id: 'nobody' },
  ],
};

/** The stores of a deployment in which `document` is in force. */
export function inForce(document: ConfigDocument = DOCUMENT, now = NOW) {
  const result = parseConfig(document);
  if (!result.ok) throw new Error(JSON.stringify(result.faults));
  const compiled = { revision: 1, document, people: peopleOf(document) };
  const currentConfig: CurrentConfig = { current: async () => compiled, at: async () => compiled };
  const services: ServiceStore = {
    get: async (id) => servicesOf(document).find(({ serviceId }) => serviceId === id),
  };
  const calendar: CalendarStore = {
    days: async (team, days) => {
      const rows = calendarRowsOf(document).filter(({ teamname }) => teamname === team);
      const asked = rows.filter(({ day }) => day === 'default' || days.includes(day));
      return Object.fromEntries(asked.map(({ day, teamname: _team, ...row }): [string, CalendarDay] => [day, row]));
    },
  };
  const fallback = { kind: 'email', address: 'fallback@example.org', name: 'fallback contact' } as const;
  return { now: () => now, currentConfig, services, calendar, fallback };
}

/** A store of link secrets in memory. */
export function secretStore(
  kept: readonly LinkSecret[] = [],
): LinkSecretStore & { set(all: readonly LinkSecret[]): void } {
  let secrets = kept;
  return {
    get: async () => secrets,
    ensure: async (first) => {
      if (secrets.length === 0) secrets = [first];
      return secrets;
    },
    set: (all) => {
      secrets = all;
    },
  };
}

interface Asked {
  readonly path?: Record<string, string>;
  readonly query?: Record<string, string>;
  readonly body?: unknown;
}

/** A request as API Gateway hands it over, as far as an operation looks at it. */
export function request({ path = {}, query, body }: Asked = {}): APIGatewayProxyEvent {
  const lists = Object.entries(query ?? {}).map(([name, value]) => [name, [value]]);
  const event: Partial<APIGatewayProxyEvent> = {
    pathParameters: path,
    queryStringParameters: query ?? null,
    multiValueQueryStringParameters: query ? Object.fromEntries(lists) : null,
    headers: {},
    body: body === undefined ? null : JSON.stringify(body),
    isBase64Encoded: false,
  };
  return event as APIGatewayProxyEvent;
}

/** The JSON of a good answer. */
export async function answer(response: Promise<HttpResponse>): Promise<ReturnType<typeof JSON.parse>> {
  const { statusCode, body } = await response;
  if (statusCode !== 200) throw new Error(`${statusCode} ${body}`);
  return JSON.parse(body);
}

/** What a refused request says: code and fields. */
export async function refusal(response: Promise<HttpResponse>): Promise<{ code: string; fields: string[] }> {
  try {
    const { statusCode } = await response;
    throw new Error(`not refused: ${statusCode}`);
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    return { code: error.code, fields: error.errors.map(({ field }) => field) };
  }
}
