// Package tracker is an in-memory Jira: a plain model of projects, issues and
// people, and an http.Handler that answers for it with Jira's own paths,
// shapes and refusals, as Jira Cloud or as Jira Data Center.
//
// It answers:
//
//	rest/api/{2,3,latest}/serverInfo, myself, mypermissions, field
//	rest/api/{2,3}/project/search, project, project/{key}
//	rest/api/{2,3}/issue/{key}?fields=&expand=names,renderedFields,changelog
//	rest/api/{2,3}/issue/{key}/comment, changelog, remotelink
//	rest/api/{2,3}/search/jql (Cloud), rest/api/2/search (Data Center; 410 on Cloud)
//	rest/api/{2,3}/search/approximate-count (Cloud)
//	rest/api/{2,3}/attachment/{id}, attachment/content/{id} (303 on Cloud)
//	rest/servicedeskapi/request/{key}/approval
//	browse/{key}, for a person who follows a link
//
// Bodies of version 3 carry rich text as Atlassian Document Format, those of
// version 2 as wiki markup. Credentials that are wrong are answered as Jira
// answers them: on Cloud the request goes on as that of a stranger, who sees
// no issue (404) and no project, with X-Seraph-LoginReason set; on Data Center
// it is refused (401).
package tracker
