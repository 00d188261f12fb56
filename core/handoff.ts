import { onCallAt } from './schedule/oncall.ts';
import type { Schedule } from './schedule/schedule.ts';
import { type Handoff, handoffs } from './schedule/shifts.ts';
import { type EpochMs, HOUR_MS, MINUTE_MS, toIso } from './time.ts';

/** How long before a hand-off a person wants to be told of it. */
export interface NoticeSettings {
  readonly leadMs: number;
}

/** For everybody who says nothing else: time to get home and open the laptop. */
export const DEFAULT_LEAD_MINUTES = 60;

/** One person to be told of one hand-off. */
export interface HandoffNotice {
  /** The same for the same person, schedule, instant and direction, in every sweep; each part is escaped. */
  readonly id: string;
  readonly user: string;
  readonly direction: 'incoming' | 'outgoing';
  readonly schedule: Pick<Schedule, 'id' | 'name' | 'timeZone'>;
  readonly at: EpochMs;
  /** User ids of everybody on call just before and from the hand-off on. Nobody after it is a gap. */
  readonly before: readonly string[];
  readonly after: readonly string[];
  /** When the time of somebody incoming ends; absent when it does not within {@link FARTHEST_END_MS}. */
  readonly until?: EpochMs;
}

/** A sweep that comes so much too late still tells of a hand-off that has passed meanwhile; later it would be old news. */
export const LOOK_BACK_MS = 30 * MINUTE_MS;

const FARTHEST_END_MS = 60 * 24 * HOUR_MS;

/**
 * The notices that are due at `now`, from the person's lead time on; `settings` holds everybody who wants any. A hand-off that is
 * still ahead is told however late, so a shift swapped at short notice is too; one that has passed only if its notice fell due within
 * {@link LOOK_BACK_MS}. The same notice comes out of every sweep in that time: the caller sends each id once.
 */
export function noticesDue(
  schedules: Iterable<Schedule>,
  settings: ReadonlyMap<string, NoticeSettings>,
  now: EpochMs,
): HandoffNotice[] {
  const longestLeadMs = [...settings.values()].reduce((most, { leadMs }) => Math.max(most, leadMs), 0);
  const isDue = ({ user, at }: Person): boolean => {
    const wanted = settings.get(user);
    if (!wanted) return false;
    const due = at - wanted.leadMs;
    return due <= now && (at > now || due > now - LOOK_BACK_MS);
  };
  return [...schedules].flatMap((schedule) =>
    handoffs(schedule, now - LOOK_BACK_MS, now + longestLeadMs + 1)
      .flatMap(people)
      .filter(isDue)
      .map((person) => notice(schedule, person)),
  );
}

type Person = Pick<HandoffNotice, 'user' | 'direction' | 'at'>;

function people({ at, outgoing, incoming }: Handoff): Person[] {
  return [
    ...outgoing.map(({ user }): Person => ({ user, direction: 'outgoing', at })),
    ...incoming.map(({ user }): Person => ({ user, direction: 'incoming', at })),
  ];
}

function notice(schedule: Schedule, { user, direction, at }: Person): HandoffNotice {
  const { id, name, timeZone } = schedule;
  const users = (instant: EpochMs) => onCallAt(schedule, instant).map((person) => person.user);
  const until = direction === 'incoming' ? endOf(schedule, user, at) : undefined;
  return {
    id: [id, toIso(at), user, direction].map((part) => encodeURIComponent(part.toWellFormed())).join('/'),
    user,
    direction,
    schedule: { id, name, timeZone },
    at,
    before: users(at - 1),
    after: users(at),
    ...(until === undefined ? {} : { until }),
  };
}

/** When `user`, on call from `from` on, is not any more; others may come and go meanwhile. */
function endOf(schedule: Schedule, user: string, from: EpochMs): EpochMs | undefined {
  for (let reach = 24 * HOUR_MS; ; reach = Math.min(2 * reach, FARTHEST_END_MS)) {
    const leaves = handoffs(schedule, from + 1, from + reach).find(({ outgoing }) =>
      outgoing.some((person) => person.user === user),
    );
    if (leaves || reach >= FARTHEST_END_MS) return leaves?.at;
  }
}
