import { randomUUID } from 'node:crypto';
import * as z from 'zod';
import { filterPolicy, meets } from './filter-policy.ts';
import type { FunctionEngine } from './functions.ts';
import type { Resources } from './resources.ts';

const schema = z
  .object({
    TopicArn: z.string(),
    Protocol: z.string(),
    Endpoint: z.string().optional(),
    FilterPolicy: filterPolicy.optional(),
    FilterPolicyScope: z.enum(['MessageAttributes', 'MessageBody']).default('MessageAttributes'),
  })
  .refine(({ FilterPolicy, FilterPolicyScope }) => FilterPolicy === undefined || FilterPolicyScope === 'MessageBody', {
    path: ['FilterPolicyScope'],
    message: 'filter policies are understood on message bodies alone',
  });

export interface Topics {
  /** Delivers to the functions subscribed. Subscriptions of other kinds, such as mail to the operators, hear nothing. */
  publish(topicArn: string, subject: string, message: string): void;
}

export function readTopics(resources: Resources, functions: Pick<FunctionEngine, 'deliver'>): Topics {
  const subscriptions = resources
    .ofType('AWS::SNS::Subscription', schema)
    .filter(({ properties }) => properties.Protocol === 'lambda');
  return {
    publish(topicArn, subject, message) {
      for (const { logicalId, properties } of subscriptions) {
        if (properties.TopicArn !== topicArn || properties.Endpoint === undefined) continue;
        if (properties.FilterPolicy && !meets(properties.FilterPolicy, JSON.parse(message))) continue;
        functions.deliver(properties.Endpoint, {
          Records: [record(topicArn, `${topicArn}:${logicalId}`, subject, message)],
        });
      }
    },
  };
}

function record(topicArn: string, subscriptionArn: string, subject: string, message: string) {
  return {
    EventSource: 'aws:sns',
    EventVersion: '1.0',
    EventSubscriptionArn: subscriptionArn,
    Sns: {
      Type: 'Notification',
      MessageId: randomUUID(),
      TopicArn: topicArn,
      Subject: subject,
      Message: message,
      Timestamp: new Date().toISOString(),
      SignatureVersion: '1',
      Signature: '',
      SigningCertUrl: '',
      UnsubscribeUrl: '',
      MessageAttributes: {},
    },
  };
}
