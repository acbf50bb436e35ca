package github

// What the queries of a listing select. Each query stays far below the 500,000
// nodes that GitHub answers at most
// (https://docs.github.com/graphql/overview/rate-limits-and-node-limits-for-the-graphql-api);
// a test counts them.
//
// The largest asks for 100 pull requests whole. Each is 1 node, and has 271 in
// its own lists (labels 20, assignees 10, requests 10, reviews 30, commits 30,
// files 100, issues 10, comments 20, events 40, and the head 1), besides 90
// parents of its commits, and for each of its head and merge 10 suites with 300
// runs: 100 × (1 + 271 + 90 + 2 × 310) = 98,200. In points, that is one
// for each hundred lists: 100 × (10 + 30 + 2 × 11) / 100 = 62 of the 5,000 an hour.
const (
	selectPage  = `totalCount pageInfo { hasNextPage endCursor } nodes `
	selectActor = ` { __typename login ... on User { databaseId } ... on Bot { databaseId } ... on Organization { databaseId } ... on Mannequin { databaseId } }`
	selectUser  = ` { __typename login databaseId }`
	selectGit   = ` { name email date user` + selectUser + ` }`

	selectParents    = `{ oid }`
	selectAssociated = `{ id number state mergedAt updatedAt repository { nameWithOwner } }`
	selectMessage    = `id oid url message author` + selectGit + ` committer` + selectGit + ` signature { isValid state }
      parents(first: 3) { ` + selectPage + selectParents + ` }`
	selectCommit = selectMessage + `
      associatedPullRequests(first: 5) { ` + selectPage + selectAssociated + ` }`

	selectStatus   = `{ state description createdAt logUrl environmentUrl creator` + selectActor + ` }`
	selectLabel    = `{ name }`
	selectPerson   = selectUser
	selectReviewer = `{ __typename ... on User { login } ... on Bot { login } ... on Mannequin { login } ... on Team { slug } }`
	selectAsked    = `{ requestedReviewer ` + selectReviewer + ` }`
	selectReview   = `{ fullDatabaseId state submittedAt body url commit { oid } author` + selectActor + ` }`
	selectOfPull   = `{ commit { ` + selectMessage + ` } }`
	selectFile     = `{ path changeType additions deletions }`
	selectClosing  = `{ number repository { nameWithOwner } }`
	selectComment  = `{ fullDatabaseId createdAt updatedAt body url author` + selectActor + ` }`

	// What CI said of a commit: all runs of its checks, those too that a later
	// one of the name replaced, and the status in force of each context.
	selectRun    = `{ databaseId permalink name status conclusion startedAt completedAt title summary }`
	selectSuite  = `{ id databaseId app { name slug } checkRuns(first: 30, filterBy: {checkType: ALL}) { ` + selectPage + selectRun + ` } }`
	selectChecks = `id oid
        status { contexts { context state description createdAt targetUrl creator` + selectActor + ` } }
        checkSuites(first: 10) { ` + selectPage + selectSuite + ` }`
)

const (
	queryOverview = `query Repository($owner: String!, $name: String!, $branch: String!, $environments: String) {
  repository(owner: $owner, name: $name) {
    nameWithOwner
    defaultBranchRef { name target { oid } }
    ref(qualifiedName: $branch) { name target { oid } }
    deployments(first: 1) { totalCount }
    environments(first: 100, after: $environments) { ` + selectPage + `{ name } }
  }
}`

	queryDeploymentCount = `query DeploymentCount($owner: String!, $name: String!, $environments: [String!]) {
  repository(owner: $owner, name: $name) {
    deployments(first: 1, environments: $environments) { totalCount }
  }
}`

	queryDeployments = `query Deployments($ids: [ID!]!) {
  nodes(ids: $ids) {
    __typename
    ... on Deployment {
      id
      commit { ` + selectCommit + ` }
      statuses(first: 10) { ` + selectPage + selectStatus + ` }
    }
  }
}`

	// The second walk has a name of its own: the transport answers a query that
	// was put before in the same run from the vault, and it is to see what
	// changed during the first.
	queryMerged      = `query Merged` + mergedTail
	queryMergedSince = `query MergedSince` + mergedTail
	mergedTail       = `($owner: String!, $name: String!, $first: Int!, $after: String) {
  repository(owner: $owner, name: $name) {
    pullRequests(first: $first, after: $after, states: MERGED, orderBy: {field: UPDATED_AT, direction: DESC}) {
      ` + selectPage + `{ id number mergedAt updatedAt mergeCommit { ` + selectCommit + ` } }
    }
  }
}`

	queryHistory = `query History($owner: String!, $name: String!, $oid: GitObjectID!, $first: Int!) {
  repository(owner: $owner, name: $name) {
    object(oid: $oid) {
      __typename
      ... on Commit { history(first: $first) { nodes { ` + selectCommit + ` } } }
    }
  }
}`

	// To be completed with one line a commit.
	queryCommits     = "query Commits($owner: String!, $name: String!) {\n  repository(owner: $owner, name: $name) {\n%s  }\n}\n" + fragmentLanded
	queryCommitsLine = "    c%d: object(oid: %q) { __typename ... on Commit { history(first: 5) { nodes { ...landed } } } }\n"
	fragmentLanded   = `fragment landed on Commit { ` + selectCommit + ` }`

	queryPullRequests = `query PullRequests($ids: [ID!]!) {
  nodes(ids: $ids) {
    __typename
    ... on PullRequest {
      id number url title body isDraft createdAt updatedAt closedAt mergedAt
      author` + selectActor + `
      mergedBy` + selectActor + `
      autoMergeRequest { mergeMethod enabledBy` + selectActor + ` }
      baseRefName baseRefOid baseRepository { nameWithOwner }
      headRefName headRefOid headRepository { nameWithOwner }
      milestone { title } additions deletions changedFiles
      labels(first: 20) { ` + selectPage + selectLabel + ` }
      assignees(first: 10) { ` + selectPage + selectPerson + ` }
      reviewRequests(first: 10) { ` + selectPage + selectAsked + ` }
      reviews(first: 30) { ` + selectPage + selectReview + ` }
      commits(first: 30) { ` + selectPage + selectOfPull + ` }
      files(first: 100) { ` + selectPage + selectFile + ` }
      closingIssuesReferences(first: 10) { ` + selectPage + selectClosing + ` }
      comments(first: 20) { ` + selectPage + selectComment + ` }
      timelineItems(first: 40, itemTypes: [` + eventTypes + `]) { filteredCount ` + selectPage + selectEvent + ` }
      includesCreatedEdit lastEditedAt editor` + selectActor + `
      head: commits(last: 1) { nodes { commit { ` + selectChecks + ` } } }
      mergeCommit { ` + selectChecks + ` }
    }
  }
}`
)
