import { expect } from '@jest/globals';
import { SECOND_MS } from '../../core/time.ts';
import type { SentMail } from '../support/fake-ses.ts';
import type { Stage } from '../support/stage.ts';

/** The path behind a button of the mail, as it stands in the text part. */
export function linkOf(mail: Pick<SentMail, 'text'> | undefined, label: string): string {
  const url = new RegExp(`^${label}:\\n(https://\\S+)$`, 'm').exec(mail?.text ?? '')?.[1];
  if (url === undefined) throw new Error(`the mail has no link "${label}": ${mail?.text ?? 'there is no such mail'}`);
  return new URL(url).pathname;
}

/** Minutes and seconds. */
export function clockFace(ms: number): string {
  const seconds = Math.floor(ms / SECOND_MS);
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
}

/** Everything that happened, a line each. */
export function chronicle({ chronicle, startedAt, mails }: Stage): string {
  const lines = chronicle.map(({ at, text }) => `  ${clockFace(at - startedAt).padStart(6)}  ${text}`);
  return [...lines, `  ${mails.length} mails`].join('\n');
}

/** The kinds of an incident's timeline, in order: what an incident tells about itself. */
export async function kindsOf(stage: Stage, incidentId: number): Promise<string[]> {
  const { json } = await stage.request({ method: 'GET', path: `/incidents/${incidentId}/timeline` });
  return (json.timeline as { kind: string }[]).map(({ kind }) => kind);
}

/** Fails unless the incident is in this state. */
export async function expectState(stage: Stage, incidentId: number, state: string): Promise<void> {
  expect((await stage.incident(incidentId)).state).toBe(state);
}
