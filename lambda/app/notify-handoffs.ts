import type { ConfigDocument } from '../../core/config/document.ts';
import { DEFAULT_LEAD_MINUTES, type HandoffNotice, type NoticeSettings, noticesDue } from '../../core/handoff.ts';
import type { People } from '../../core/people.ts';
import { MINUTE_MS } from '../../core/time.ts';
import { composeNotice } from '../channels/mail/notice.ts';
import type { MailChannel, MailTags } from '../channels/mail/send.ts';
import type { CurrentConfig } from '../data/current-config.ts';
import type { NoticeStore } from '../data/notices.ts';
import type { Surroundings } from './ports.ts';

export interface HandoffDeps extends Pick<Surroundings, 'now' | 'log'> {
  readonly currentConfig: Pick<CurrentConfig, 'current'>;
  readonly mail: MailChannel;
  readonly notices: NoticeStore;
}

export interface NoticeSweep {
  readonly sent: number;
  readonly failed: number;
}

/** Few enough to stay below SES's default sending rate together with the pages of the same sweep. */
const AT_ONCE = 5;
/** No incident has this number, so what SES reports about a notice finds none. */
const NO_INCIDENT: MailTags = { incidentId: 0, delivery: 0 };

/**
 * Tells people that their time on call begins or ends. Run once a minute; reads the head of the configuration and, while no
 * hand-off is near, nothing else.
 *
 * At most once, unlike a page: a notice is claimed before it is sent and never tried again, because nobody is left waiting if
 * one is lost, and two of them only annoy. What fails is in the log.
 */
export async function notifyHandoffs(deps: HandoffDeps): Promise<NoticeSweep> {
  const { document, people } = await deps.currentConfig.current();
  const due = noticesDue(people.schedules.values(), noticeSettings(document), deps.now());
  const sweep = { sent: 0, failed: 0 };
  for (let at = 0; at < due.length; at += AT_ONCE) {
    const results = await Promise.all(due.slice(at, at + AT_ONCE).map((notice) => tell(deps, notice, people)));
    sweep.sent += results.filter((result) => result === 'sent').length;
    sweep.failed += results.filter((result) => result === 'failed').length;
  }
  return sweep;
}

/** Every configured user who has not opted out. Bare addresses in a schedule could not, so they are not told. */
function noticeSettings({ users = [] }: ConfigDocument): ReadonlyMap<string, NoticeSettings> {
  const wanted = users.filter(({ handoffNotices }) => handoffNotices?.enabled !== false);
  return new Map(
    wanted.map(({ id, handoffNotices }) => [
      id,
      { leadMs: (handoffNotices?.leadMinutes ?? DEFAULT_LEAD_MINUTES) * MINUTE_MS },
    ]),
  );
}

async function tell(
  deps: HandoffDeps,
  notice: HandoffNotice,
  people: People,
): Promise<'sent' | 'failed' | 'told before'> {
  const about = { notice: notice.id };
  try {
    const now = deps.now();
    if (!(await deps.notices.claim(notice.id, now))) return 'told before';
    const to = addressOf(notice.user, people);
    if (to === undefined) {
      deps.log.warn('hand-off notice not sent: the person has no mail address', about);
      return 'failed';
    }
    const timeZone = people.users.get(notice.user)?.timeZone ?? notice.schedule.timeZone;
    const displayName = (user: string) => people.users.get(user)?.name ?? user;
    const mail = composeNotice({ notice, timeZone, now, displayName });
    const outcome = await deps.mail.send({ ...mail, to }, NO_INCIDENT);
    if (outcome.kind === 'ok') return 'sent';
    deps.log.error('hand-off notice not sent', { ...about, error: outcome.error });
  } catch (error) {
    deps.log.error('hand-off notice not sent', { ...about, error: String(error) });
  }
  return 'failed';
}

/** Notices go by mail alone, to the first address of a person. */
function addressOf(user: string, { users }: People): string | undefined {
  return users.get(user)?.contactMethods.find(({ kind }) => kind === 'email')?.address;
}
