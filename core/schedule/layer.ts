import type { EpochMs } from '../time.ts';
import { isWithin, windows } from './restriction.ts';
import { turnAt, turnStart } from './rotation.ts';
import type { Layer, OnCall, Shift, Span } from './schedule.ts';
import { zoneClock } from './zone.ts';

function personInTurn(layer: Layer, turn: number): readonly OnCall[] {
  const count = layer.users.length;
  const user = layer.users[((turn % count) + count) % count];
  return user === undefined ? [] : [{ user, reason: { kind: 'layer', layer: layer.id, turn } }];
}

/** Who a layer alone would have on call: one person, or nobody where it does not count. */
export function layerAt(layer: Layer, at: EpochMs): readonly OnCall[] {
  if (at < layer.start || at >= (layer.end ?? Number.POSITIVE_INFINITY)) return [];
  const clock = zoneClock(layer.timeZone);
  if (!isWithin(layer.restrictions, clock, at)) return [];
  return personInTurn(layer, turnAt(layer.rotation, clock, at));
}

/**
 * A layer alone between two instants: one shift for each turn, or for each part of a turn that the restrictions leave, in order.
 * Shifts at the edges are cut to the span.
 */
export function layerShifts(layer: Layer, from: EpochMs, to: EpochMs): Shift[] {
  if (layer.users.length === 0) return [];
  const clock = zoneClock(layer.timeZone);
  const { rotation } = layer;
  const within: Span = { from: Math.max(from, layer.start), to: Math.min(to, layer.end ?? to) };
  const shifts: Shift[] = [];
  let turn = turnAt(rotation, clock, within.from);
  let turnEnd = turnStart(rotation, clock, turn + 1);
  for (const window of windows(layer.restrictions, clock, within)) {
    for (let begin = window.from; begin < window.to; begin = Math.min(turnEnd, window.to)) {
      while (turnEnd <= begin) {
        turn += 1;
        turnEnd = turnStart(rotation, clock, turn + 1);
      }
      shifts.push({ from: begin, to: Math.min(turnEnd, window.to), onCall: personInTurn(layer, turn) });
    }
  }
  return shifts;
}
