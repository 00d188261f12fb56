import { readdirSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import * as z from 'zod';
import { EMPTY_CONFIG } from '../../../core/config/document.ts';
import { configJsonSchema } from '../../../core/config/json-schema.ts';
import { planOf } from '../../../core/config/plan.ts';
import { example, valid } from './documents.ts';

const WEEK = 7 * 86_400_000;
/** The examples' schedules begin in January 2026. */
const FIRST = Date.parse('2026-01-12T12:00Z');
const files = readdirSync(new URL('../../../examples', import.meta.url)).filter((name) => name.endsWith('.yaml'));

describe('the examples', () => {
  it('are there', () => expect(files).toEqual(expect.arrayContaining(['small.yaml', 'realistic.yaml'])));

  it.each(files)('%s is valid and gives no cause for a warning, in any week of two years', (file) => {
    const document = valid(example(file));
    for (let week = 0; week < 104; week += 2)
      expect(planOf(EMPTY_CONFIG, document, FIRST + week * WEEK).warnings).toEqual([]);
  });

  it('has the realistic one show what there is', () => {
    const document = valid(example('realistic.yaml'));
    const counts = Object.fromEntries(Object.entries(document).map(([kind, list]) => [kind, list.length]));
    expect(counts).toEqual({
      users: 10,
      teams: 3,
      schedules: 3,
      overrides: 2,
      escalationPolicies: 3,
      services: 6,
      maintenanceWindows: 2,
    });
  });
});

describe('the JSON Schema', () => {
  const schema = z.fromJSONSchema(configJsonSchema() as Parameters<typeof z.fromJSONSchema>[0]);

  it.each(files)('takes %s, with the parameters of the deployment', (file) => {
    expect(schema.safeParse({ ...example(file), deployment: {} }).error).toBeUndefined();
  });

  it.each([
    [{ integrations: [] }],
    [{ services: [{ id: 'a b' }] }],
    [{ services: [{ id: 'a', colour: 'red' }] }],
    [{ users: [{ name: 'Bo' }] }],
    [{ escalationPolicies: [{ id: 'p', rules: [] }] }],
    [{ schedules: [{ id: 's' }] }],
  ])('refuses %j', (value) => expect(schema.safeParse(value).success).toBe(false));

  it('requires nothing that has a default', () => {
    expect(schema.safeParse({ teams: [{ id: 'a' }], services: [{ id: 'b' }], users: [{ id: 'c' }] }).success).toBe(
      true,
    );
    expect(configJsonSchema()).toMatchObject({
      $schema: 'https://json-schema.org/draft/2020-12/schema',
      type: 'object',
    });
  });
});
