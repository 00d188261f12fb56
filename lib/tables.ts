import { AttributeType, BillingMode, ProjectionType, Table, TableEncryption } from 'aws-cdk-lib/aws-dynamodb';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { RemovalPolicy } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import {
  type IndexDefinition,
  type KeyDefinition,
  TABLES,
  type TableDefinition,
  type TableName,
} from '../lambda/data/keys.ts';
import { ENV } from '../lambda/env.ts';
import type { TablePermissions } from './permissions.ts';

export const TABLE_NAMES = Object.keys(TABLES) as TableName[];

/** The environment variable that names each table. */
const TABLE_ENV: Readonly<Record<TableName, string>> = {
  Incident: ENV.incidentTable,
  Service: ENV.serviceTable,
  OncallCalendar: ENV.oncallCalendarTable,
  Config: ENV.configTable,
  Timeline: ENV.timelineTable,
  Dedup: ENV.dedupTable,
  Payload: ENV.payloadTable,
  Integration: ENV.integrationTable,
  Heartbeat: ENV.heartbeatTable,
};

export interface TablesProps {
  /** Keep the data when the stack goes, and refuse to delete a table. */
  readonly keepData: boolean;
}

/** The tables of lambda/data/keys.ts: on demand, encrypted, recoverable to any second of the last 35 days. */
export class Tables extends Construct {
  private readonly tables: Readonly<Record<TableName, Table>>;

  constructor(scope: Construct, id: string, props: TablesProps) {
    super(scope, id);
    this.tables = {
      Incident: this.make('Incident', props),
      Service: this.make('Service', props),
      OncallCalendar: this.make('OncallCalendar', props),
      Config: this.make('Config', props),
      Timeline: this.make('Timeline', props),
      Dedup: this.make('Dedup', props),
      Payload: this.make('Payload', props),
      Integration: this.make('Integration', props),
      Heartbeat: this.make('Heartbeat', props),
    };
  }

  table(name: TableName): Table {
    return this.tables[name];
  }

  /** Allows exactly the actions and indexes listed, and names the tables that they are on. */
  grant(handler: LambdaFunction, permissions: TablePermissions): void {
    for (const name of TABLE_NAMES) {
      const permission = permissions[name];
      if (!permission) continue;
      const { tableArn, tableName } = this.tables[name];
      handler.addEnvironment(TABLE_ENV[name], tableName);
      const actions = permission.items.map((action) => `dynamodb:${action}`);
      handler.addToRolePolicy(new PolicyStatement({ actions, resources: [tableArn] }));
      const resources = (permission.query ?? []).map((index) => `${tableArn}/index/${index}`);
      if (resources.length > 0)
        handler.addToRolePolicy(new PolicyStatement({ actions: ['dynamodb:Query'], resources }));
    }
  }

  private make(name: TableName, { keepData }: TablesProps): Table {
    const definition: TableDefinition = TABLES[name];
    const table = new Table(this, name, {
      partitionKey: attribute(definition.partitionKey),
      ...(definition.sortKey ? { sortKey: attribute(definition.sortKey) } : {}),
      ...(definition.timeToLive ? { timeToLiveAttribute: definition.timeToLive } : {}),
      billingMode: BillingMode.PAY_PER_REQUEST,
      encryption: TableEncryption.AWS_MANAGED,
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
      deletionProtection: keepData,
      removalPolicy: keepData ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
    });
    for (const index of definition.indexes) addIndex(table, index);
    return table;
  }
}

function addIndex(table: Table, { name, partitionKey, sortKey, include }: IndexDefinition): void {
  table.addGlobalSecondaryIndex({
    indexName: name,
    partitionKey: attribute(partitionKey),
    sortKey: attribute(sortKey),
    ...(include.length > 0
      ? { projectionType: ProjectionType.INCLUDE, nonKeyAttributes: [...include] }
      : { projectionType: ProjectionType.KEYS_ONLY }),
  });
}

function attribute({ name, type }: KeyDefinition) {
  return { name, type: type === 'N' ? AttributeType.NUMBER : AttributeType.STRING };
}
