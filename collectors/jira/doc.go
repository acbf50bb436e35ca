// Package jira collects tickets from Jira Cloud and Jira Data Center.
//
// # Endpoints
//
// Cloud is read through REST version 3, which gives texts as they are stored,
// in the Atlassian Document Format; Data Center through version 2, which gives
// them as they are stored there, in wiki markup. (Version 2 of Cloud converts
// its documents to wiki markup and loses a part of them.) API below stands for
// rest/api/3 or rest/api/2.
//
//   - API/issue/KEY with all fields, their names and schemas; on Data Center
//     with the changelog
//   - API/issue/KEY/comment, every page
//   - rest/api/3/issue/KEY/changelog, every page (Cloud)
//   - API/issue/KEY/remotelink
//   - API/field, where a configured field is not on the ticket, or the ticket
//     came without schemas
//   - the address of each attachment
//   - rest/servicedeskapi/request/KEY/approval, every page, where the
//     configuration says that there is a service desk
//   - rest/api/3/search/jql (Cloud) and rest/api/2/search (Data Center), with
//     changelogs, for the list of a period; rest/api/3/search/approximate-count
//     for Cloud's own estimate, which decides nothing; project/search (Cloud) or
//     project (Data Center) where the configuration names no projects
//   - API/serverInfo, API/myself, API/mypermissions and API/project/KEY to
//     prove the login; the last also to tell a missing ticket from a hidden one
//
// Documentation:
// https://developer.atlassian.com/cloud/jira/platform/rest/v3/,
// https://developer.atlassian.com/cloud/jira/service-desk/rest/,
// https://docs.atlassian.com/software/jira/docs/api/REST/latest/ and
// https://docs.atlassian.com/jira-servicedesk/REST/latest/.
//
// The development panel of a ticket is served by an interface that Atlassian
// does not document (rest/dev-status) and is not read: pull requests that name
// the ticket are found at the forge, and remote links and texts are kept whole.
//
// # Least permissions
//
// Browse Projects on the projects in scope, and membership in the security
// levels, comment roles and groups that hide anything there; for approvals, the
// service desk's agent role or being a participant. Nothing that writes. A
// Cloud API token with scopes needs read:jira-work and read:jira-user, and
// read:servicedesk-request for approvals.
//
// # What the source keeps
//
// Tickets, comments, attachments and the changelog stay until somebody deletes
// them; a deleted comment or attachment leaves no trace in the comments, and of
// a deleted attachment the changelog keeps only the name. A change of a comment
// overwrites it. The changelog has the names as they were; the ticket has them
// as they are now.
//
// # Limits
//
// A hidden ticket and a missing one are both "404" to Jira. With a proven login
// and a visible project the ticket is called not found, though a security level
// may still hide it; otherwise the gap says ambiguous. Jira may also answer a
// wrong login as it answers anybody, with 200 or 404: the headers
// X-Seraph-LoginReason and X-AUSERNAME tell, and such an answer is reported as
// denied. Attachments above the configured size, and those of one ticket above
// ten times that size together, are listed and not fetched; each is a gap.
// Who may read a restricted comment is not recorded.
//
// A list of a period asks by whole days, because JQL reads dates in the zone of
// the login's profile, and sorts out the rest itself. Cloud's search does not
// count, puts no more than forty changes of each ticket into its rows, and may
// lag behind changes by seconds; longer histories are asked for one by one.
package jira
