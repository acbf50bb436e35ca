// Reads a Jira with the npm package jira.js, which checks each answer against
// schemas made from Atlassian's own description, and prints what does not fit.
// Arguments: the package's folder, the address, user, token, and issue keys.
import { pathToFileURL } from 'node:url';

const [folder, host, email, apiToken, ...keys] = process.argv.slice(2);
const { createCloudClient, createServiceDeskClient } = await import(pathToFileURL(`${folder}/dist/browser.js`));
const problems = [];
const config = {
  host: host.replace(/\/$/, ''),
  auth: { type: 'basic', email, apiToken },
  onSchemaMismatch: (report) => problems.push(report),
};
const jira = createCloudClient(config);
const desk = createServiceDeskClient(config);
let calls = 0;
const ask = async (name, call) => {
  calls++;
  try {
    await call();
  } catch (error) {
    problems.push({ name, error: String(error) });
  }
};
await ask('serverInfo', () => jira.serverInfo.getServerInfo());
await ask('myself', () => jira.myself.getCurrentUser());
await ask('permissions', () => jira.permissions.getMyPermissions({ permissions: 'BROWSE_PROJECTS,ADMINISTER' }));
await ask('fields', () => jira.issueFields.getFields());
await ask('projects', () => jira.projects.searchProjects({ maxResults: 2 }));
await ask('project', () => jira.projects.getProject({ projectIdOrKey: 'PAY' }));
await ask('search', () => jira.issueSearch.searchAndReconsileIssuesUsingJql({ jql: 'project = CHG', maxResults: 3, fields: ['*all'], expand: 'names,renderedFields,changelog' }));
for (const issueIdOrKey of keys) {
  await ask(`issue ${issueIdOrKey}`, () => jira.issues.getIssue({ issueIdOrKey, expand: 'names,renderedFields,changelog' }));
  await ask(`comments ${issueIdOrKey}`, () => jira.issueComments.getComments({ issueIdOrKey, expand: 'renderedBody' }));
  await ask(`changelog ${issueIdOrKey}`, () => jira.issues.getChangeLogs({ issueIdOrKey, maxResults: 5 }));
  await ask(`links ${issueIdOrKey}`, () => jira.issueRemoteLinks.getRemoteIssueLinks({ issueIdOrKey }));
  if (issueIdOrKey.startsWith('CHG')) {
    await ask(`approvals ${issueIdOrKey}`, () => desk.request.getApprovals({ issueIdOrKey }));
  }
}
const drift = globalThis[Symbol.for('apis-code-gen.schemaAudit')] ?? [];
console.log(JSON.stringify({ calls, problems: [...problems, ...drift] }, null, 1));
