import { describe, expect, it } from '@jest/globals';
import * as z from 'zod';
import { type Assembly, readAssembly } from '../../local/assembly.ts';
import { createResolver } from '../../local/intrinsics.ts';
import { readResources, TREATMENTS } from '../../local/resources.ts';
import { FIXTURE } from './fixture/assembly.ts';

function assemblyOf(Resources: Assembly['template']['Resources'], Conditions: Record<string, unknown> = {}): Assembly {
  return {
    stackName: 'Mini',
    region: 'eu-west-1',
    account: '000000000000',
    template: { Resources, Parameters: { Size: { Default: 3 } }, Conditions },
    assets: new Map(),
  };
}

const topic = { Type: 'AWS::SNS::Topic', Properties: {} };

describe('the cloud assembly', () => {
  it('is read as the CDK writes it', async () => {
    const assembly = await readAssembly(FIXTURE);
    expect(assembly.stackName).toBe('Mini');
    expect(assembly.region).toBe('us-east-1');
    expect(assembly.assets.get('api.zip')).toBe(`${FIXTURE}/asset.api`);
  });
});

describe('intrinsics', () => {
  const resolver = createResolver(
    assemblyOf({ Alerts: topic }, { Yes: { 'Fn::Not': [{ 'Fn::Equals': ['a', 'b'] }] } }),
  );
  const cases: [string, unknown, unknown][] = [
    ['a parameter', { Ref: 'Size' }, 3],
    ['a pseudo parameter', { Ref: 'AWS::Region' }, 'eu-west-1'],
    ['a resource', { Ref: 'Alerts' }, 'arn:aws:sns:eu-west-1:000000000000:Mini-Alerts'],
    ['an attribute', { 'Fn::GetAtt': ['Alerts', 'TopicName'] }, 'Mini-Alerts'],
    ['a join, nested', { 'Fn::Join': ['-', ['a', { Ref: 'AWS::StackName' }]] }, 'a-Mini'],
    [
      'a substitution',
      { 'Fn::Sub': 'x-$' + '{AWS::Region}-$' + '{Alerts.TopicName}-$' + '{!Kept}' },
      'x-eu-west-1-Mini-Alerts-$' + '{Kept}',
    ],
    ['a substitution with values', { 'Fn::Sub': ['$' + '{A}', { A: { Ref: 'Size' } }] }, '3'],
    ['a selection', { 'Fn::Select': [1, { 'Fn::Split': [':', 'a:b'] }] }, 'b'],
    ['a condition', { 'Fn::If': ['Yes', 'then', 'else'] }, 'then'],
    ['no value', { kept: 1, gone: { Ref: 'AWS::NoValue' } }, { kept: 1 }],
  ];
  it.each(cases)('%s', (_name, value, expected) => {
    expect(resolver.resolve(value, 'here')).toEqual(expected);
  });

  it('stops at one that is not known, saying where', () => {
    expect(() => resolver.resolve({ a: { 'Fn::ImportValue': 'x' } }, 'Thing')).toThrow(
      'Thing.a: the local runtime does not know the intrinsic Fn::ImportValue',
    );
  });

  it('stops at a reference to nothing', () => {
    expect(() => resolver.resolve({ Ref: 'Nobody' }, 'Thing')).toThrow(
      'Thing: there is no parameter or resource Nobody',
    );
  });
});

describe('resources', () => {
  it('of an unknown type stop the start, with type and logical id', () => {
    const assembly = assemblyOf({ Bucket1: { Type: 'AWS::S3::Bucket', Properties: {} } });
    expect(() => readResources(assembly)).toThrow('AWS::S3::Bucket (Bucket1)');
  });

  it('whose condition does not hold are not there', () => {
    const assembly = assemblyOf({ A: topic, B: { ...topic, Condition: 'No' } }, { No: { 'Fn::Equals': [1, 2] } });
    expect(readResources(assembly).ofType('AWS::SNS::Topic', z.object({}))).toHaveLength(1);
  });

  it('that an engine cannot make are named with what is wrong', () => {
    const resources = readResources(assemblyOf({ A: topic }));
    expect(() => resources.ofType('AWS::SNS::Topic', z.object({ Name: z.string() }))).toThrow(
      'cannot make A (AWS::SNS::Topic): Name',
    );
  });

  it('are ignored for a reason of one word', () => {
    for (const treatment of Object.values(TREATMENTS)) {
      expect('engine' in treatment ? treatment.engine : treatment.ignored).toMatch(/^[a-z-]+$/);
    }
  });
});
