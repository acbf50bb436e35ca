package ledger

// version is that of the tables below. A file of an older one is made again.
const version = 2

// applicationID marks a SQLite file as a ledger ("tick").
const applicationID = 0x7469636b

// tables are filled while records are loaded.
const tables = `
CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE repositories (
  id INTEGER PRIMARY KEY, system TEXT NOT NULL, name TEXT NOT NULL, branch TEXT NOT NULL DEFAULT '',
  UNIQUE (system, name));
CREATE TABLE records (
  id INTEGER PRIMARY KEY, kind TEXT NOT NULL, system TEXT NOT NULL, name TEXT NOT NULL,
  url TEXT NOT NULL, title TEXT NOT NULL, at TEXT, text TEXT NOT NULL,
  nested INTEGER NOT NULL, as_of TEXT NOT NULL, sha256 TEXT NOT NULL, item BLOB NOT NULL,
  UNIQUE (kind, system, name));
CREATE TABLE pull_requests (
  record INTEGER PRIMARY KEY, repository INTEGER NOT NULL, number INTEGER NOT NULL, state TEXT NOT NULL,
  base TEXT NOT NULL, head TEXT NOT NULL, created TEXT, merged TEXT, closed TEXT, merge_sha TEXT NOT NULL,
  link TEXT NOT NULL, owner INTEGER);
CREATE INDEX pull_requests_number ON pull_requests (repository, number);
CREATE INDEX pull_requests_merge ON pull_requests (repository, merge_sha);
CREATE TABLE pull_request_commits (
  record INTEGER NOT NULL, sha TEXT NOT NULL, print TEXT NOT NULL, PRIMARY KEY (record, sha)) WITHOUT ROWID;
CREATE INDEX pull_requests_link ON pull_requests (link);
CREATE INDEX pull_request_commits_print ON pull_request_commits (print);
CREATE INDEX pull_request_commits_sha ON pull_request_commits (sha);
CREATE TABLE commits (
  record INTEGER PRIMARY KEY, repository INTEGER NOT NULL, sha TEXT NOT NULL, branch TEXT NOT NULL, committed TEXT,
  subject TEXT NOT NULL, print TEXT NOT NULL, number INTEGER, reviewed INTEGER NOT NULL, reverts INTEGER NOT NULL,
  UNIQUE (repository, sha));
CREATE TABLE commit_pull_requests (
  record INTEGER NOT NULL, system TEXT NOT NULL, name TEXT NOT NULL, PRIMARY KEY (record, system, name)) WITHOUT ROWID;
CREATE TABLE parents (
  repository INTEGER NOT NULL, sha TEXT NOT NULL, n INTEGER NOT NULL, parent TEXT NOT NULL,
  PRIMARY KEY (repository, sha, n)) WITHOUT ROWID;
CREATE INDEX parents_parent ON parents (parent);
CREATE TABLE deployments (
  record INTEGER PRIMARY KEY, repository INTEGER NOT NULL, environment TEXT NOT NULL, production INTEGER NOT NULL,
  sha TEXT NOT NULL, created TEXT, succeeded TEXT, range_base TEXT NOT NULL, range_status TEXT NOT NULL,
  build_system TEXT NOT NULL, build TEXT NOT NULL, course TEXT NOT NULL DEFAULT '');
CREATE INDEX deployments_succeeded ON deployments (repository, succeeded);
CREATE TABLE tickets (
  record INTEGER PRIMARY KEY, key TEXT NOT NULL, project TEXT NOT NULL, type TEXT NOT NULL, status TEXT NOT NULL,
  resolution TEXT NOT NULL, created TEXT, resolved TEXT, deployed TEXT, deployed_day INTEGER NOT NULL,
  basis TEXT NOT NULL, by_status INTEGER NOT NULL);
CREATE TABLE ticket_keys (
  system TEXT NOT NULL, key TEXT NOT NULL, record INTEGER NOT NULL, PRIMARY KEY (key, system, record)) WITHOUT ROWID;
CREATE TABLE ticket_links (record INTEGER NOT NULL, link TEXT NOT NULL, PRIMARY KEY (record, link)) WITHOUT ROWID;
CREATE TABLE named_tickets (
  record INTEGER NOT NULL, key TEXT NOT NULL, place TEXT NOT NULL, PRIMARY KEY (record, key)) WITHOUT ROWID;
CREATE TABLE people (
  id INTEGER PRIMARY KEY, system TEXT NOT NULL, login TEXT NOT NULL, account TEXT NOT NULL, name TEXT NOT NULL,
  email TEXT NOT NULL, type TEXT NOT NULL, UNIQUE (login, account, name, email, type, system));
CREATE TABLE record_people (
  record INTEGER NOT NULL, role TEXT NOT NULL, person INTEGER NOT NULL, at TEXT, PRIMARY KEY (record, role, person)) WITHOUT ROWID;
CREATE INDEX record_people_person ON record_people (person, role);
CREATE TABLE components (id INTEGER PRIMARY KEY, name TEXT NOT NULL, kind TEXT NOT NULL, UNIQUE (name, kind));
CREATE TABLE record_components (
  record INTEGER NOT NULL, component INTEGER NOT NULL, PRIMARY KEY (record, component)) WITHOUT ROWID;
CREATE INDEX record_components_component ON record_components (component);
CREATE TABLE datasets (
  system TEXT NOT NULL, dataset TEXT NOT NULL, scope TEXT NOT NULL, rows INTEGER NOT NULL, truncations INTEGER NOT NULL,
  ipe TEXT NOT NULL, PRIMARY KEY (system, dataset, scope)) WITHOUT ROWID;
CREATE TABLE other_numbers (
  system TEXT NOT NULL, repository TEXT NOT NULL, number INTEGER NOT NULL, what TEXT NOT NULL,
  PRIMARY KEY (system, repository, number)) WITHOUT ROWID;
CREATE TABLE visible (
  system TEXT NOT NULL, kind TEXT NOT NULL, name TEXT NOT NULL, configured INTEGER NOT NULL DEFAULT 0,
  state TEXT NOT NULL DEFAULT '', PRIMARY KEY (system, kind, name)) WITHOUT ROWID;
CREATE TABLE queries (sha256 TEXT PRIMARY KEY, text BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE notes (text TEXT PRIMARY KEY) WITHOUT ROWID;
`

// derived are filled once, when everything is loaded.
const derived = `
CREATE TABLE line (
  repository INTEGER NOT NULL, pos INTEGER NOT NULL, sha TEXT NOT NULL, deployment INTEGER, before INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (repository, pos)) WITHOUT ROWID;
CREATE UNIQUE INDEX line_sha ON line (repository, sha);
CREATE TABLE beside (
  repository INTEGER NOT NULL, sha TEXT NOT NULL, deployment INTEGER NOT NULL, PRIMARY KEY (repository, sha)) WITHOUT ROWID;
CREATE TABLE attempts (
  deployment INTEGER NOT NULL, pos INTEGER NOT NULL, attempt INTEGER NOT NULL, PRIMARY KEY (deployment, pos, attempt)) WITHOUT ROWID;
CREATE TABLE begun_beside (
  repository INTEGER NOT NULL, sha TEXT NOT NULL, deployment INTEGER NOT NULL, PRIMARY KEY (repository, sha, deployment)) WITHOUT ROWID;
CREATE TABLE landed (
  repository INTEGER NOT NULL, sha TEXT NOT NULL, pull INTEGER, system TEXT NOT NULL, name TEXT NOT NULL, basis TEXT NOT NULL,
  PRIMARY KEY (repository, sha, system, name)) WITHOUT ROWID;
CREATE INDEX landed_pull ON landed (pull);
CREATE TABLE changes (
  id INTEGER PRIMARY KEY, change TEXT NOT NULL, kind TEXT NOT NULL, system TEXT NOT NULL, repository TEXT NOT NULL,
  title TEXT NOT NULL, url TEXT NOT NULL, population INTEGER NOT NULL, why TEXT NOT NULL, edge TEXT NOT NULL,
  reached INTEGER NOT NULL, record_name TEXT NOT NULL,
  t_dep TEXT, t_dep_day_only INTEGER NOT NULL, day TEXT NOT NULL, month TEXT NOT NULL,
  environment TEXT NOT NULL, deployment TEXT NOT NULL, merge_sha TEXT NOT NULL, merged TEXT, merged_month TEXT NOT NULL,
  UNIQUE (change, kind, system));
CREATE TABLE change_records (
  change INTEGER NOT NULL, record INTEGER NOT NULL, role TEXT NOT NULL, PRIMARY KEY (change, record)) WITHOUT ROWID;
CREATE INDEX change_records_record ON change_records (record);
CREATE TABLE change_commits (change INTEGER NOT NULL, sha TEXT NOT NULL, PRIMARY KEY (change, sha)) WITHOUT ROWID;
CREATE INDEX change_commits_sha ON change_commits (sha);
CREATE TABLE change_pull_requests (change INTEGER NOT NULL, name TEXT NOT NULL, PRIMARY KEY (change, name)) WITHOUT ROWID;
CREATE TABLE change_tickets (
  change INTEGER NOT NULL, key TEXT NOT NULL, place TEXT NOT NULL, record INTEGER, PRIMARY KEY (change, key)) WITHOUT ROWID;
CREATE INDEX change_tickets_key ON change_tickets (key);
CREATE INDEX change_tickets_record ON change_tickets (record);
CREATE TABLE ticket_changes (
  record INTEGER NOT NULL, kind TEXT NOT NULL, system TEXT NOT NULL, name TEXT NOT NULL, total INTEGER NOT NULL,
  PRIMARY KEY (record, kind, system, name)) WITHOUT ROWID;
CREATE TABLE orphans (
  kind TEXT NOT NULL, record_kind TEXT NOT NULL, system TEXT NOT NULL, name TEXT NOT NULL, change TEXT NOT NULL,
  at TEXT, detail TEXT NOT NULL, PRIMARY KEY (kind, record_kind, system, name, detail)) WITHOUT ROWID;
CREATE INDEX orphans_change ON orphans (change);
CREATE TABLE number_gaps (
  system TEXT NOT NULL, repository TEXT NOT NULL, first INTEGER NOT NULL, last INTEGER NOT NULL, explanation TEXT NOT NULL,
  PRIMARY KEY (system, repository, first)) WITHOUT ROWID;
`

// finals are made when all rows are in.
const finals = `
CREATE INDEX changes_order ON changes (t_dep, change);
CREATE INDEX changes_day ON changes (day);
CREATE INDEX changes_record ON changes (record_name);
CREATE VIEW change_people AS
  SELECT DISTINCT c.change, p.role, q.name, q.login, q.email, q.system, q.type
  FROM changes c JOIN change_records r ON r.change = c.id JOIN record_people p ON p.record = r.record JOIN people q ON q.id = p.person;
CREATE VIEW change_components AS
  SELECT DISTINCT c.change, k.kind, k.name AS component
  FROM changes c JOIN change_records r ON r.change = c.id JOIN record_components x ON x.record = r.record JOIN components k ON k.id = x.component;
`
