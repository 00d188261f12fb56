import { PutCommand } from '@aws-sdk/lib-dynamodb';
import { describe, expect, it } from '@jest/globals';
import { type Action, applyAction, mergeTold, repeat } from '../../core/actions.ts';
import type { Incident, IncidentState } from '../../core/incident.ts';
import { DEFAULT_SETTINGS } from '../../core/service.ts';
import { applyChange } from '../../core/transitions.ts';
import { toItem } from '../../lambda/data/incidents.ts';
import { SHARDS } from '../../lambda/data/keys.ts';
import { aDirectory, anIncident, aPolicy, pageDue, T0 } from '../support/builders.ts';
import type { Stores } from './data-contract.ts';

const AT_ONCE = 12;

export function changed(incident: Incident, state: IncidentState, now = T0 + 1_000): Incident {
  return applyChange(incident, { state, by: 'ada' }, now).incident;
}
const noted = (incident: Incident, note: string) => applyChange(incident, { note, by: 'ada' }, T0 + 2_000).incident;

export function incidentContract(stores: () => Stores): void {
  const saved = async (before: Incident, after: Incident, writeId = `write of ${after.timelineSeq}`) => {
    const result = await stores().incidents.save(before, after, writeId);
    if (result.kind !== 'saved') throw new Error('expected the write to be saved');
    return result.incident;
  };
  const created = async (incident = anIncident()) => {
    await stores().incidents.create(incident, `creation of ${incident.incidentId}`);
    return incident;
  };

  describe('incidents.create and get', () => {
    it('gives back what was put in, all of it', async () => {
      let nested: unknown = 'bottom';
      for (let depth = 0; depth < 50; depth++) nested = { nested };
      const incident = anIncident({
        source: 'nagios',
        dedupKey: 'disk',
        message: '',
        details: { nested, tiny: 1e-200, long: 0.1 + 0.2, none: null, list: [1, 'two', {}], 'a.b #:v0': 'ü😀' },
        links: [{ href: 'https://example.org/?a=1&b=2', text: 'runbook' }, { href: 'https://example.org' }],
        detectedAt: T0 - 1,
      });
      expect(await stores().incidents.create(incident, 'w')).toEqual({ kind: 'saved', incident });
      expect(await stores().incidents.get(incident.incidentId)).toEqual(incident);
    });

    it('does not know a number that was never given out', async () => {
      expect(await stores().incidents.get(10_000)).toBeUndefined();
    });

    it('leaves what is there when the number is taken', async () => {
      const first = await created();
      expect(await stores().incidents.create(anIncident({ title: 'another' }), 'other')).toEqual({ kind: 'conflict' });
      expect(await stores().incidents.get(first.incidentId)).toEqual(first);
    });

    it('recognises its own write after a lost answer, with what it has become since', async () => {
      const incident = anIncident();
      await stores().incidents.create(incident, 'w');
      await stores().incidents.absorb(incident.incidentId, T0 + 5, 'absorb-1');
      expect(await stores().incidents.create(incident, 'w')).toMatchObject({ kind: 'saved', incident: { count: 2 } });
    });

    it('is won by exactly one of many', async () => {
      const results = await Promise.all(
        Array.from({ length: AT_ONCE }, (_, i) => stores().incidents.create(anIncident({ title: `${i}` }), `w${i}`)),
      );
      const winners = results.flatMap((result, i) => (result.kind === 'saved' ? [`${i}`] : []));
      expect(winners).toHaveLength(1);
      expect((await stores().incidents.get(10_000))?.title).toBe(winners[0]);
    });
  });

  describe('incidents.save', () => {
    it('replaces the incident and raises its version by one', async () => {
      const before = await created();
      const after = changed(pageDue(before, T0), 'CLAIMED');
      const result = await saved(before, after);
      expect(result).toEqual({ ...after, version: 2 });
      expect(await stores().incidents.get(before.incidentId)).toEqual(result);
    });

    it('gives back what actions have written, and removes what they have taken back', async () => {
      const open = await created();
      const by = { by: 'ada' };
      const act = (incident: Incident, action: Action) =>
        applyAction(incident, action, by, aDirectory(), T0 + 1_000).incident;
      const user = { kind: 'user', user: 'lin' } as const;
      const policy = aPolicy([{ afterMs: 0, targets: [user], stopsWhen: 'resolved', urgency: 'high' }], { repeats: 2 });
      let incident = open;
      for (const action of [
        { kind: 'prioritize', priority: 'P1' },
        { kind: 'assign', policy, to: 'Lin' },
        { kind: 'add responders', users: ['lin@example.org'] },
        { kind: 'snooze', until: T0 + 9_000 },
        { kind: 'merge', into: 10_001 },
      ] as const) {
        const next = act(incident, action);
        incident = await saved(incident, next);
        expect(incident).toEqual({ ...next, version: incident.version });
        expect(await stores().incidents.get(open.incidentId)).toEqual(incident);
      }
      expect(await stores().incidents.overdue(T0 + 2_000, 50)).toEqual([open.incidentId]);
      incident = await saved(incident, mergeTold(incident));
      expect(await stores().incidents.overdue(T0 + 2_000, 50)).toEqual([]);
      expect(await stores().incidents.get(open.incidentId)).not.toHaveProperty('mergeOwed');
    });

    it('removes what is gone', async () => {
      const open = await created();
      const resolved = await saved(open, changed(changed(open, 'CLAIMED'), 'RESOLVED'));
      expect(await stores().incidents.get(open.incidentId)).not.toHaveProperty('dueAt');
      const reopened = await saved(resolved, changed(resolved, 'OPEN'));
      expect(reopened).toEqual({ ...changed(resolved, 'OPEN'), version: 3 });
      for (const gone of ['claimedAt', 'claimedBy', 'resolvedAt', 'resolvedBy']) {
        expect(await stores().incidents.get(open.incidentId)).not.toHaveProperty(gone);
      }
    });

    it('is refused when the version has moved on, and changes nothing', async () => {
      const before = await created();
      const first = await saved(before, noted(before, 'first'));
      expect(await stores().incidents.save(before, noted(before, 'second'), 'late')).toEqual({ kind: 'conflict' });
      expect(await stores().incidents.get(before.incidentId)).toEqual(first);
    });

    it('is refused when there is no incident, and makes none', async () => {
      const nowhere = anIncident();
      expect(await stores().incidents.save(nowhere, noted(nowhere, 'x'), 'w')).toEqual({ kind: 'conflict' });
      expect(await stores().incidents.get(nowhere.incidentId)).toBeUndefined();
    });

    it('recognises its own write after a lost answer', async () => {
      const before = await created();
      const after = noted(before, 'once');
      const once = await saved(before, after, 'w');
      expect(await saved(before, after, 'w')).toEqual(once);
      expect(await stores().incidents.get(before.incidentId)).toMatchObject({ version: 2, timelineSeq: 2 });
    });

    it('does not take a write of somebody else for its own', async () => {
      const before = await created();
      const after = noted(before, 'the same words');
      await saved(before, after, 'w1');
      expect(await stores().incidents.save(before, after, 'w2')).toEqual({ kind: 'conflict' });
    });

    it('is won by exactly one of many', async () => {
      const before = await created();
      const results = await Promise.all(
        Array.from({ length: AT_ONCE }, (_, i) => stores().incidents.save(before, noted(before, `${i}`), `w${i}`)),
      );
      const winners = results.flatMap((result, i) => (result.kind === 'saved' ? [`${i}`] : []));
      expect(winners).toHaveLength(1);
      const stored = await stores().incidents.get(before.incidentId);
      expect(stored?.timeline.map((entry) => entry.text).slice(1)).toEqual(winners);
      expect(stored?.version).toBe(2);
    });

    it('never shows what it keeps for itself', async () => {
      const before = await created();
      const result = await saved(before, noted(before, 'x'));
      for (const hidden of ['writeId', 'openShard', 'dueShard', 'monthShard', 'createdKey']) {
        expect(result).not.toHaveProperty(hidden);
        expect(await stores().incidents.get(before.incidentId)).not.toHaveProperty(hidden);
      }
    });
  });

  describe('incidents.absorb', () => {
    it('counts without touching the version', async () => {
      const incident = await created();
      const after = await stores().incidents.absorb(incident.incidentId, T0 + 5, 'absorb-2');
      expect(after).toEqual({ ...incident, count: 2, lastSeenAt: T0 + 5 });
    });

    it('counts every one of many at once', async () => {
      const incident = await created();
      await Promise.all(
        Array.from({ length: AT_ONCE }, (_, i) =>
          stores().incidents.absorb(incident.incidentId, T0 + 5, `at-once-${i}`),
        ),
      );
      expect((await stores().incidents.get(incident.incidentId))?.count).toBe(1 + AT_ONCE);
    });

    it('counts a repetition of itself once, and answers as the first time', async () => {
      const incident = await created();
      const first = await stores().incidents.absorb(incident.incidentId, T0 + 5, 'absorb-1');
      expect(await stores().incidents.absorb(incident.incidentId, T0 + 5, 'absorb-1')).toEqual(first);
      expect(first).toEqual({ ...incident, count: 2, lastSeenAt: T0 + 5 });
    });

    it('neither disturbs a save nor is disturbed by it', async () => {
      const before = await created();
      await stores().incidents.absorb(before.incidentId, T0 + 5, 'absorb-4');
      const claimed = await saved(before, changed(before, 'CLAIMED'));
      expect(claimed).toMatchObject({ state: 'CLAIMED', count: 2, lastSeenAt: T0 + 5, version: 2 });
      expect(await stores().incidents.absorb(before.incidentId, T0 + 6, 'absorb-5')).toEqual({
        ...claimed,
        count: 3,
        lastSeenAt: T0 + 6,
      });
    });

    it('counts only within the time since the last event, when asked so', async () => {
      const incident = await created();
      expect(await stores().incidents.absorb(incident.incidentId, T0 + 10, 'absorb-6', T0)).toBeUndefined();
      expect(await stores().incidents.absorb(incident.incidentId, T0 + 10, 'absorb-7', T0 - 1)).toMatchObject({
        count: 2,
      });
      expect(await stores().incidents.absorb(incident.incidentId, T0 + 20, 'absorb-8', T0 + 9)).toMatchObject({
        count: 3,
        lastSeenAt: T0 + 20,
      });
      expect(await stores().incidents.absorb(incident.incidentId, T0 + 30, 'absorb-9', T0 + 20)).toBeUndefined();
      expect(await stores().incidents.absorb(incident.incidentId, T0 + 30, 'absorb-10')).toMatchObject({ count: 4 });
    });

    it('leaves it to a decision from the instant on at which repeated events page again', async () => {
      const open = await created();
      const claimed = await saved(open, changed(open, 'CLAIMED'));
      const until = T0 + 1_000 + DEFAULT_SETTINGS.repageAfterAcknowledgedMs;
      expect(claimed.absorbUntil).toBe(until);
      expect(await stores().incidents.absorb(open.incidentId, until - 1, 'absorb-11')).toMatchObject({ count: 2 });
      expect(await stores().incidents.absorb(open.incidentId, until, 'absorb-12')).toBeUndefined();
      const stored = await stores().incidents.get(open.incidentId);
      const again = stored && repeat(stored, until);
      if (!stored || !again) throw new Error('the event was swallowed');
      await saved(stored, again);
      expect(await stores().incidents.absorb(open.incidentId, until, 'absorb-13')).toMatchObject({
        state: 'OPEN',
        count: 3,
      });
    });

    it('leaves it to a decision when the incident is resolved or does not exist', async () => {
      const open = await created();
      const resolved = await saved(open, changed(open, 'RESOLVED'));
      expect(await stores().incidents.absorb(open.incidentId, T0 + 5, 'absorb-14')).toBeUndefined();
      expect(await stores().incidents.get(open.incidentId)).toEqual(resolved);
      expect(await stores().incidents.absorb(99_999, T0, 'absorb-15')).toBeUndefined();
      expect(await stores().incidents.get(99_999)).toBeUndefined();
      const reopened = await saved(resolved, changed(resolved, 'OPEN'));
      expect(await stores().incidents.absorb(open.incidentId, T0 + 9, 'absorb-16')).toMatchObject({
        count: reopened.count + 1,
      });
    });
  });

  describe('incidents.overdue', () => {
    it('names what was due before an instant, and nothing else', async () => {
      const all = [];
      for (let i = 0; i < 8; i++) all.push(await created(anIncident({}, 10_000 + i, T0 + i)));
      const [first, second, third] = all;
      if (!first || !second || !third) throw new Error('three incidents are needed');
      await saved(first, changed(first, 'CLAIMED'));
      await saved(second, changed(second, 'RESOLVED'));
      await saved(third, pageDue(third, T0 + 2));
      expect((await stores().incidents.overdue(T0 + 6, 50)).sort()).toEqual([10_003, 10_004, 10_005]);
      expect((await stores().incidents.overdue(T0 + 600_003, 50)).sort()).toEqual([
        10_002, 10_003, 10_004, 10_005, 10_006, 10_007,
      ]);
      expect(await stores().incidents.overdue(T0 + 3, 50)).toEqual([]);
    });

    it('takes the oldest of each shard when there are too many', async () => {
      const numbers = Array.from({ length: SHARDS.length * 3 }, (_, i) => 10_000 + i);
      for (const n of numbers) {
        const Item = toItem(anIncident({}, n, T0 - n));
        await stores().db.send(new PutCommand({ TableName: stores().tables.Incident, Item }));
      }
      const overdue = await stores().incidents.overdue(T0, 2);
      expect(overdue.sort()).toEqual(numbers.slice(SHARDS.length));
    });
  });
}
