import { afterAll, beforeAll, expect } from '@jest/globals';
import type { ApiRequest } from './api-event.ts';
import { type ApiAnswer, type Stage, type StageOptions, startStage } from './stage.ts';

export const INCIDENT = {
  service: 'checkout',
  severity: 'ERR',
  title: 'Queue is long',
  message: '4,000 messages wait',
};

/** Two teams and three services, none of which pages within an hour: these tests are about requests. */
export const API_CONFIG = {
  teams: [
    { id: 'core', calendar: [{ day: 'default', oncall: 'ada@example.org', escalation: 'grace@example.org' }] },
    { id: 'web', calendar: [{ day: 'default', oncall: 'alan@example.org' }] },
  ],
  services: [
    { id: 'checkout', team: 'core', pageAfterSeconds: 3_600, escalateAfterSeconds: 7_200 },
    { id: 'search', team: 'core', pageAfterSeconds: 3_600, escalateAfterSeconds: 7_200 },
    { id: 'website', team: 'web', pageAfterSeconds: 3_600, escalateAfterSeconds: 7_200 },
  ],
};

export interface ApiStage {
  stage(): Stage;
  send(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<ApiAnswer>;
  /** Raises an incident and answers its number. */
  raise(body?: object): Promise<number>;
  /** Sends what must be refused, and checks that nothing was written. */
  refused(request: ApiRequest, status: number, code: string): Promise<ApiAnswer>;
}

/** One stage for all tests of a file; its reconciler is off, its clock stands unless a test moves it. */
export function useApiStage(options: StageOptions = {}): ApiStage {
  let running: Stage | undefined;
  const stage = () => {
    if (!running) throw new Error('the stage is not there yet');
    return running;
  };
  beforeAll(async () => {
    running = await startStage({ config: API_CONFIG, reconciler: 'off', ...options });
  });
  afterAll(() => running?.stop());

  const send: ApiStage['send'] = (method, path, body, headers = {}) => stage().request({ method, path, body, headers });
  return {
    stage,
    send,
    async raise(body = {}) {
      const { status, json, text } = await send('PUT', '/incidents', { ...INCIDENT, ...body });
      if (status !== 201) throw new Error(`not raised: ${status} ${text}`);
      return Number(json.incidentId);
    },
    async refused(request, status, code) {
      const before = await stage().dump();
      const answer = await stage().request(request);
      expect({ status: answer.status, code: answer.json.code, text: answer.text }).toMatchObject({ status, code });
      expect(answer.headers['content-type']).toBe('application/problem+json');
      expect(answer.json).toMatchObject({ type: expect.any(String), title: expect.any(String), status });
      expect(await stage().dump()).toEqual(before);
      return answer;
    },
  };
}

/** The names of the fields at fault, sorted, each once. */
export function fieldsOf({ json }: ApiAnswer): string[] {
  const errors = (json.errors ?? []) as { field: string }[];
  return [...new Set(errors.map(({ field }) => field))].sort();
}
