import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { describe, expect, it } from '@jest/globals';
import { NOBODY } from '../../core/people.ts';
import { createPagingStore } from '../../lambda/data/paging.ts';

const TABLES = { incident: 'Incident', oncallCalendar: 'OncallCalendar', config: 'Config' };

describe('a configuration that cannot be read', () => {
  it('leaves nobody known and says why, instead of keeping the incident from being paged', async () => {
    const answers = { Responses: { Config: [{ configkey: 'config', revision: 7, projected: 7 }] } };
    const db = { send: async () => answers } as unknown as DynamoDBDocumentClient;
    const at = () => Promise.reject(new Error('revision 7 is in force but not kept'));
    const facts = await createPagingStore(db, TABLES, { at }).load(10_000, 'core', 'UTC', 0);
    expect(facts.people).toBe(NOBODY);
    expect(facts.configFault).toContain('revision 7');
  });
});
