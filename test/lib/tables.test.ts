import { describe, expect, it } from '@jest/globals';
import { TABLES, type TableDefinition } from '../../lambda/data/keys.ts';
import { synthesize } from './synthesize.ts';

const production = synthesize().ofType('AWS::DynamoDB::Table');
const staging = synthesize({ environmentName: 'staging' }).ofType('AWS::DynamoDB::Table');
const definitions: [string, TableDefinition][] = Object.entries(TABLES);

function keySchema(hash: { name: string }, range?: { name: string }) {
  return [
    { AttributeName: hash.name, KeyType: 'HASH' },
    ...(range ? [{ AttributeName: range.name, KeyType: 'RANGE' }] : []),
  ];
}

describe('tables', () => {
  it('are those of lambda/data/keys.ts and no others', () => {
    expect([...production.keys()].sort()).toEqual(definitions.map(([name]) => `Tables${name}`).sort());
  });

  it.each(definitions)('%s has the keys, the indexes and the attribute types of its definition', (name, definition) => {
    const properties = production.get(`Tables${name}`)?.Properties ?? {};
    expect(properties.KeySchema).toEqual(keySchema(definition.partitionKey, definition.sortKey));
    expect(properties.GlobalSecondaryIndexes ?? []).toEqual(
      definition.indexes.map((index) => ({
        IndexName: index.name,
        KeySchema: keySchema(index.partitionKey, index.sortKey),
        Projection:
          index.include.length > 0
            ? { ProjectionType: 'INCLUDE', NonKeyAttributes: [...index.include] }
            : { ProjectionType: 'KEYS_ONLY' },
      })),
    );
    const keys = [definition, ...definition.indexes].flatMap(({ partitionKey, sortKey }) =>
      sortKey ? [partitionKey, sortKey] : [partitionKey],
    );
    const types = new Map(
      (properties.AttributeDefinitions as Attribute[]).map((a) => [a.AttributeName, a.AttributeType]),
    );
    expect(types).toEqual(new Map(keys.map((key) => [key.name, key.type])));
  });

  it.each(definitions)('%s is on demand, encrypted, recoverable, and named by CloudFormation', (name) => {
    const properties = production.get(`Tables${name}`)?.Properties;
    expect(properties).toMatchObject({
      BillingMode: 'PAY_PER_REQUEST',
      SSESpecification: { SSEEnabled: true },
      PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
    });
    expect(properties).not.toHaveProperty('TableName');
  });

  it('keep their data in production, and only there', () => {
    for (const table of production.values()) {
      expect(table).toMatchObject({ DeletionPolicy: 'Retain', Properties: { DeletionProtectionEnabled: true } });
    }
    for (const table of staging.values()) {
      expect(table).toMatchObject({ DeletionPolicy: 'Delete', Properties: { DeletionProtectionEnabled: false } });
    }
    expect(staging.size).toBe(production.size);
  });
});

interface Attribute {
  readonly AttributeName: string;
  readonly AttributeType: string;
}
