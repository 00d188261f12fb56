import { App } from 'aws-cdk-lib/core';
import cdk from '../cdk.json' with { type: 'json' };
import { DeploymentConfigError, readDeploymentConfig } from '../lib/deployment-config.ts';
import { InResponseStack } from '../lib/inresponse-stack.ts';

// The feature flags of cdk.json count without the CDK CLI too, so that the local runtime gets the very template that is deployed.
const app = new App({
  analyticsReporting: false,
  autoSynth: false,
  // A test of the stack validates; here it would cost more time than all the rest.
  builtinCloudFormationValidation: false,
  context: cdk.context,
});
try {
  const context = (key: string): unknown => app.node.tryGetContext(key);
  new InResponseStack(app, readDeploymentConfig({ context, environment: process.env }));
  app.synth();
} catch (error) {
  if (!(error instanceof DeploymentConfigError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
