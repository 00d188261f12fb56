import { describe, expect, it } from '@jest/globals';
import type { Incident } from '../../core/incident.ts';
import { overflow, record } from '../../core/timeline.ts';
import { anIncident, T0 } from '../support/builders.ts';

function withNotes(texts: readonly string[], incident = anIncident()): Incident {
  return texts.reduce((now, text, i) => record(now, T0 + i, { kind: 'noted', by: 'ada', text }), incident);
}
const seqs = (entries: readonly { seq: number }[]) => entries.map((entry) => entry.seq);
const upTo = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => from + i);

describe('record', () => {
  it('numbers entries without gaps, stamps them and the incident', () => {
    const before = anIncident();
    const after = record(before, T0 + 5, { kind: 'noted', text: 'a' }, { kind: 'noted', text: 'b' });
    expect(after.timeline.slice(-2)).toEqual([
      { kind: 'noted', text: 'a', seq: 2, at: T0 + 5 },
      { kind: 'noted', text: 'b', seq: 3, at: T0 + 5 },
    ]);
    expect(after).toMatchObject({ timelineSeq: 3, updatedAt: T0 + 5 });
    expect(before.timeline).toHaveLength(1);
  });
});

/** All but the entries of the change at hand have been written. */
const stored = (incident: Incident, unwritten = 1) => overflow(incident, incident.timelineSeq - unwritten);

describe('overflow', () => {
  it('leaves 40 entries alone', () => {
    expect(stored(withNotes(Array(39).fill('short')))).toBeUndefined();
  });

  it('moves all but the newest 10 of 41', () => {
    const spilled = stored(withNotes(Array(40).fill('short')));
    expect(seqs(spilled?.move ?? [])).toEqual(upTo(1, 31));
    expect(seqs(spilled?.rest.timeline ?? [])).toEqual(upTo(32, 41));
    expect(spilled?.rest).toMatchObject({ timelineMoved: 31, timelineSeq: 41 });
  });

  it('keeps only the newest entry when the text is long', () => {
    const spilled = stored(withNotes(['x'.repeat(9_000), 'y'.repeat(9_000)]));
    expect(seqs(spilled?.move ?? [])).toEqual([1, 2]);
    expect(seqs(spilled?.rest.timeline ?? [])).toEqual([3]);
  });

  it('moves no entry that has not been written yet', () => {
    const spilled = stored(withNotes(['x', 'y'.repeat(9_000), 'z'.repeat(9_000)]), 2);
    expect(seqs(spilled?.move ?? [])).toEqual([1, 2]);
    expect(seqs(spilled?.rest.timeline ?? [])).toEqual([3, 4]);
    expect(spilled?.rest).toMatchObject({ timelineMoved: 2, timelineSeq: 4 });
    expect(stored(withNotes(Array(45).fill('short')), 46)).toBeUndefined();
  });

  it('cannot move a single long entry', () => {
    const incident = anIncident();
    const only = { ...incident, timeline: incident.timeline.map((e) => ({ ...e, text: 'x'.repeat(20_000) })) };
    expect(stored(only, 0)).toBeUndefined();
  });

  it('goes on counting what it moved before', () => {
    const first = stored(withNotes(Array(40).fill('short')))?.rest;
    const second = stored(withNotes(Array(31).fill('short'), first));
    expect(seqs(second?.move ?? [])).toEqual(upTo(32, 62));
    expect(second?.rest).toMatchObject({ timelineMoved: 62, timelineSeq: 72 });
  });
});
