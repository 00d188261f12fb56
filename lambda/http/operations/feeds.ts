import type { People } from '../../../core/people.ts';
import { toICalendar } from '../../../core/schedule/ical.ts';
import type { Schedule, Shift } from '../../../core/schedule/schedule.ts';
import { shifts } from '../../../core/schedule/shifts.ts';
import { DAY_MS } from '../../../core/schedule/zone.ts';
import type { EpochMs } from '../../../core/time.ts';
import type { Surroundings } from '../../app/ports.ts';
import type { CurrentConfig } from '../../data/current-config.ts';
import type { LinkSecretStore } from '../../data/link-secrets.ts';
import { type FeedSubject, readFeed, signFeed } from '../feed-token.ts';
import { notConfigured } from '../not-configured.ts';
import { type HttpResponse, json } from '../problem.ts';
import type { Operations } from '../router.ts';
import { names } from '../schedule-views.ts';

export interface FeedDeps extends Pick<Surroundings, 'now' | 'token'> {
  readonly currentConfig: Pick<CurrentConfig, 'current'>;
  readonly linkSecrets: LinkSecretStore;
  readonly publicUrl: string;
}

const BACK_MS = 14 * DAY_MS;
const AHEAD_MS = 180 * DAY_MS;
const PRODUCT_ID = '-//InResponse//On-call//EN';

/** Calendar feeds behind secret addresses: the token in the address is the authority, as calendar programs can show no other. */
export function feedOperations(deps: FeedDeps): Pick<Operations, 'getScheduleFeed' | 'getUserFeed' | 'getFeed'> {
  async function address(subject: FeedSubject): Promise<HttpResponse> {
    const { people } = await deps.currentConfig.current();
    if (!exists(subject, people)) throw notConfigured(subject.kind, subject.id);
    const kept = await deps.linkSecrets.get();
    const first = () => ({ id: deps.token().slice(0, 8), secret: `${deps.token()}${deps.token()}` });
    const secrets = kept.length > 0 ? kept : await deps.linkSecrets.ensure(first());
    return json(200, { url: `${deps.publicUrl}/ical/${signFeed(subject, secrets)}` });
  }

  return {
    getScheduleFeed: (event) => address({ kind: 'schedule', id: event.pathParameters?.id ?? '' }),
    getUserFeed: (event) => address({ kind: 'user', id: decoded(event.pathParameters?.id ?? '') }),

    async getFeed(event) {
      const subject = readFeed(event.pathParameters?.token ?? '', await deps.linkSecrets.get());
      if (!subject) return text(404, 'text/plain', 'There is no such calendar.\n');
      const { people } = await deps.currentConfig.current();
      if (!exists(subject, people)) return text(404, 'text/plain', 'There is no such calendar any more.\n');
      const domain = new URL(deps.publicUrl).hostname;
      const make = subject.kind === 'schedule' ? scheduleCalendar : userCalendar;
      return text(200, 'text/calendar', make(subject.id, people, domain, deps.now()));
    },
  };
}

function exists({ kind, id }: FeedSubject, people: People): boolean {
  if (kind === 'schedule') return people.schedules.has(id);
  return people.users.has(id) || [...people.schedules.values()].some((schedule) => names(schedule, id));
}

function scheduleCalendar(id: string, people: People, domain: string, now: EpochMs): string {
  const schedule = people.schedules.get(id);
  const list = schedule ? shifts(schedule, now - BACK_MS, now + AHEAD_MS, { whole: true }) : [];
  const displayName = (user: string) => people.users.get(user)?.name ?? user;
  const name = `On call: ${schedule?.name ?? id}`;
  return toICalendar(list, { id, name, productId: PRODUCT_ID, now, domain, displayName });
}

/** All of a person's shifts in one calendar; an event says in which schedule, for whose calendar it is the reader knows. */
function userCalendar(user: string, people: People, domain: string, now: EpochMs): string {
  const schedules = [...people.schedules.values()].filter((schedule) => names(schedule, user));
  const list = schedules
    .flatMap((schedule) => stints(schedule, user, now))
    .sort((a, b) => a.from - b.from || a.to - b.to);
  const displayName = (schedule: string) => people.schedules.get(schedule)?.name ?? schedule;
  const name = `On call: ${people.users.get(user)?.name ?? user}`;
  return toICalendar(list, { id: `user/${user}`, name, productId: PRODUCT_ID, now, domain, displayName });
}

/** The times of one person, whoever else comes and goes, as shifts of which the schedule is the "person". */
function stints(schedule: Schedule, user: string, now: EpochMs): Shift[] {
  const result: Shift[] = [];
  for (const { from, to, onCall } of shifts(schedule, now - BACK_MS, now + AHEAD_MS, { whole: true })) {
    const person = onCall.find((each) => each.user === user);
    if (!person) continue;
    const last = result.at(-1);
    if (last?.to === from) result[result.length - 1] = { ...last, to };
    else result.push({ from, to, onCall: [{ ...person, user: schedule.id }] });
  }
  return result;
}

/** An address as the id of a user comes with its `@` encoded. */
function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

function text(statusCode: number, type: string, body: string): HttpResponse {
  const headers = {
    'content-type': `${type}; charset=utf-8`,
    'cache-control': statusCode === 200 ? 'private, max-age=300' : 'no-store',
    'x-content-type-options': 'nosniff',
    'x-robots-tag': 'noindex, nofollow',
  };
  return { statusCode, headers, body };
}
