import { describe, expect, it } from '@jest/globals';
import { type ConfigDocument, parseConfig } from '../../../core/config/document.ts';
import { peopleOf } from '../../../core/config/people.ts';
import type { ChannelOutcome } from '../../../core/delivery.ts';
import { HOUR_MS, MINUTE_MS } from '../../../core/time.ts';
import { type HandoffDeps, notifyHandoffs } from '../../../lambda/app/notify-handoffs.ts';
import type { MailTags } from '../../../lambda/channels/mail/send.ts';

/** Grace takes over from Ada, Monday 09:00 in Berlin. */
const HANDOFF = Date.parse('2026-11-09T08:00:00Z');
const DOCUMENT = {
  users: [
    { id: 'ada', name: 'Ada Lovelace', email: 'ada@example.org' },
    { id: 'grace', name: 'Grace Hopper', email: 'grace@example.org', timeZone: 'America/New_York' },
  ],
  schedules: [
    {
      id: 'primary',
      name: 'Primary',
      timeZone: 'Europe/Berlin',
      layers: [{ id: 'l', users: ['ada', 'grace'], start: '2026-11-02T09:00', rotation: { unit: 'week' } }],
    },
  ],
};

interface Sent {
  readonly to: string;
  readonly subject: string;
  readonly text: string;
  readonly tags: MailTags;
}

/** A deployment whose clock is set by hand; `outcome` is what the mail provider answers. */
function deployment(document: unknown = DOCUMENT, outcome: ChannelOutcome = { kind: 'ok', messageId: 'm' }) {
  const result = parseConfig(document);
  if (!result.ok) throw new Error(JSON.stringify(result.faults));
  const checked: ConfigDocument = result.document;
  const clock = { now: HANDOFF - HOUR_MS };
  const sent: Sent[] = [];
  const logged: string[] = [];
  const claimed = new Set<string>();
  const reads = { head: 0, claims: 0 };
  const log = (message: string, facts = {}) => {
    logged.push(`${message} ${JSON.stringify(facts)}`);
  };
  const deps: HandoffDeps = {
    now: () => clock.now,
    log: { info: log, warn: log, error: log },
    currentConfig: {
      current: async () => {
        reads.head += 1;
        return { revision: 1, document: checked, people: peopleOf(checked) };
      },
    },
    mail: {
      send: async ({ to, subject, text }, tags) => {
        sent.push({ to, subject, text, tags });
        return outcome;
      },
    },
    notices: {
      claim: async (id) => {
        reads.claims += 1;
        if (claimed.has(id)) return false;
        claimed.add(id);
        return true;
      },
    },
  };
  return { deps, clock, sent, logged, reads };
}

describe('hand-off notices', () => {
  it('tell who comes and who goes, once, each in their own time', async () => {
    const { deps, clock, sent } = deployment();
    expect(await notifyHandoffs(deps)).toEqual({ sent: 2, failed: 0 });
    clock.now += MINUTE_MS;
    expect(await notifyHandoffs(deps)).toEqual({ sent: 0, failed: 0 });
    expect(sent.map(({ to, subject }) => [to, subject])).toEqual([
      ['ada@example.org', 'Off call at 2026-11-09 09:00 Europe/Berlin: Primary'],
      ['grace@example.org', 'On call from 2026-11-09 03:00 America/New_York: Primary'],
    ]);
    expect(sent[0]?.text).toContain('On call after you: Grace Hopper');
    expect(sent[1]?.text).toContain('On call before you: Ada Lovelace');
    expect(sent[1]?.text).toContain('Until: 2026-11-16 03:00 America/New_York');
    expect(sent[1]?.text).toContain('There: 2026-11-09 09:00 Europe/Berlin');
  });

  it('cost one look at the configuration while no hand-off is near', async () => {
    const { deps, clock, reads } = deployment();
    clock.now = HANDOFF - HOUR_MS - 1;
    await notifyHandoffs(deps);
    expect(reads).toEqual({ head: 1, claims: 0 });
  });

  it('are tagged with an incident that there never is, so that a bounce concerns none', async () => {
    const { deps, sent } = deployment();
    await notifyHandoffs(deps);
    expect(sent[0]?.tags).toEqual({ incidentId: 0, delivery: 0 });
  });

  it('are sent at most once: what fails is logged and not tried again', async () => {
    const { deps, sent, logged } = deployment(DOCUMENT, { kind: 'retryable', error: 'SES has a fault' });
    expect(await notifyHandoffs(deps)).toEqual({ sent: 0, failed: 2 });
    expect(await notifyHandoffs(deps)).toEqual({ sent: 0, failed: 0 });
    expect(sent).toHaveLength(2);
    expect(logged).toHaveLength(2);
    expect(logged[0]).toContain('SES has a fault');
  });

  it('are claimed before they are sent, and not sent when the claim fails', async () => {
    const { deps, sent, logged } = deployment();
    const broken: HandoffDeps = { ...deps, notices: { claim: () => Promise.reject(new Error('no database')) } };
    expect(await notifyHandoffs(broken)).toEqual({ sent: 0, failed: 2 });
    expect(sent).toEqual([]);
    expect(logged[0]).toContain('no database');
    expect(await notifyHandoffs(deps)).toEqual({ sent: 2, failed: 0 });
  });

  it('do not keep others from theirs when one cannot be sent', async () => {
    const { deps, sent } = deployment();
    const { mail } = deps;
    const moody: HandoffDeps = {
      ...deps,
      mail: {
        send: (each, tags) =>
          each.to === 'ada@example.org' ? Promise.reject(new Error('broken')) : mail.send(each, tags),
      },
    };
    expect(await notifyHandoffs(moody)).toEqual({ sent: 1, failed: 1 });
    expect(sent.map(({ to }) => to)).toEqual(['grace@example.org']);
  });

  it('come as early as a person wants, or not at all', async () => {
    const [ada, grace] = DOCUMENT.users;
    const users = [
      { ...ada, handoffNotices: { enabled: false } },
      { ...grace, handoffNotices: { leadMinutes: 1440 } },
    ];
    const { deps, clock, sent } = deployment({ ...DOCUMENT, users });
    clock.now = HANDOFF - 24 * HOUR_MS;
    await notifyHandoffs(deps);
    clock.now = HANDOFF;
    await notifyHandoffs(deps);
    expect(sent.map(({ to }) => to)).toEqual(['grace@example.org']);
  });

  it('say once in the log that somebody has no mail address', async () => {
    const users = [
      { id: 'ada', contactMethods: [{ id: 'phone', kind: 'sms', address: '+4930123456' }] },
      DOCUMENT.users[1],
    ];
    const { deps, sent, logged } = deployment({ ...DOCUMENT, users });
    expect(await notifyHandoffs(deps)).toEqual({ sent: 1, failed: 1 });
    await notifyHandoffs(deps);
    expect(sent.map(({ to }) => to)).toEqual(['grace@example.org']);
    expect(logged.filter((line) => line.includes('no mail address'))).toHaveLength(1);
  });
});
