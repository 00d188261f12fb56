import { describe, expect, it } from '@jest/globals';
import type { Incident } from '../../core/incident.ts';
import { record, type TimelineEntry } from '../../core/timeline.ts';
import { readTimeline } from '../../lambda/app/read-timeline.ts';
import { anIncident, T0 } from '../support/builders.ts';
import type { Stores } from './data-contract.ts';

const entriesUpTo = (last: number): TimelineEntry[] =>
  Array.from({ length: last }, (_, i) => ({ seq: i + 1, at: T0 + i, kind: 'noted', by: 'ada', text: `note ${i + 1}` }));
const note = (text: string) => ({ kind: 'noted', by: 'ada', text }) as const;
const seqs = (entries: readonly TimelineEntry[]) => entries.map((entry) => entry.seq);
const upTo = (last: number) => Array.from({ length: last }, (_, i) => i + 1);

export function timelineContract(stores: () => Stores): void {
  const whole = async (incidentId: number) => {
    const incident = await stores().incidents.get(incidentId);
    return incident ? readTimeline(stores(), incident) : [];
  };
  const created = async (incident: Incident) => {
    await stores().incidents.create(incident, 'creation');
    return incident;
  };

  describe('timeline', () => {
    it('gives entries back oldest first, more than a batch of them, each incident its own', async () => {
      await stores().timeline.put(10_000, [...entriesUpTo(60)].reverse());
      await stores().timeline.put(10_001, entriesUpTo(1));
      expect(await stores().timeline.list(10_000)).toEqual(entriesUpTo(60));
      expect(await stores().timeline.list(10_001)).toEqual(entriesUpTo(1));
      expect(await stores().timeline.list(10_002)).toEqual([]);
    });

    it('takes the same entries twice as one', async () => {
      await stores().timeline.put(10_000, entriesUpTo(3));
      await stores().timeline.put(10_000, entriesUpTo(3));
      expect(await stores().timeline.list(10_000)).toEqual(entriesUpTo(3));
    });

    it('gives back more than one page of long entries', async () => {
      const long = entriesUpTo(30).map((entry) => ({ ...entry, text: 'x'.repeat(60_000) }));
      await stores().timeline.put(10_000, long);
      expect(seqs(await stores().timeline.list(10_000))).toEqual(upTo(30));
    });
  });

  describe('incidents.save with a long timeline', () => {
    it('moves the oldest entries out and loses none', async () => {
      let incident = await created(anIncident());
      for (let i = 0; i < 50; i++) {
        const saved = await stores().incidents.save(incident, record(incident, T0 + i, note(`note ${i}`)), `w${i}`);
        if (saved.kind !== 'saved') throw new Error('nobody else writes here');
        incident = saved.incident;
        expect(incident.timelineSeq).toBe(incident.timelineMoved + incident.timeline.length);
      }
      expect(incident.timelineMoved).toBeGreaterThan(0);
      expect(seqs(await whole(incident.incidentId))).toEqual(upTo(51));
      expect((await whole(incident.incidentId)).at(-1)?.text).toBe('note 49');
    });

    it('shows an entry once that is in both places', async () => {
      const incident = await created(anIncident());
      const after = record(incident, T0, ...Array(45).fill(note('x')));
      await stores().timeline.put(incident.incidentId, after.timeline.slice(0, 40));
      const saved = await stores().incidents.save(incident, after, 'w');
      expect(saved.kind).toBe('saved');
      expect(seqs(await whole(incident.incidentId))).toEqual(upTo(46));
    });

    it('leaves the story alone when the write is refused', async () => {
      const incident = await created(anIncident());
      const won = record(incident, T0 + 1, note('winner, first'), note('w'.repeat(17_000)));
      expect((await stores().incidents.save(incident, won, 'winner')).kind).toBe('saved');
      const told = await whole(incident.incidentId);
      const lost = record(incident, T0 + 2, note('loser, first'), note('l'.repeat(17_000)));
      expect((await stores().incidents.save(incident, lost, 'loser')).kind).toBe('conflict');
      expect(await whole(incident.incidentId)).toEqual(told);
    });
  });
}
