-- How often something happened in a project; each ingest adds to it after its events are there.
-- Whoever counted a project before the newest touch counts it again.
CREATE TABLE touches (organization_id String, project_id String, touches UInt64) ENGINE = SummingMergeTree ORDER BY (organization_id, project_id)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;
-- What the dashboard adds up, per project: its days, and its tasks as they stand.
-- All rows of one count of a project carry the same `build`, and only those of the newest hold.
CREATE TABLE tallies (
  organization_id String,
  what LowCardinality(String),
  project_id String,
  day Date,
  person String,
  status LowCardinality(String),
  category LowCardinality(String),
  build UInt64,
  touches UInt64,
  last DateTime64(3, 'UTC'),
  n UInt32,
  ms Array(UInt32),
  seconds Array(Int32),
  dues Array(DateTime64(3, 'UTC'))
) ENGINE = ReplacingMergeTree(touches) ORDER BY (organization_id, what, day, project_id, person, status, category)
SETTINGS index_granularity = 256;
-- What became of each project, so that nobody reads all events to list them.
-- Written after the events are there, and again when they come again: the same row twice changes nothing.
CREATE TABLE projects (
  organization_id String,
  project_id String,
  name LowCardinality(String),
  aggregate_version UInt32,
  position UInt64
) ENGINE = ReplacingMergeTree ORDER BY (organization_id, project_id, aggregate_version, position, name)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;
INSERT INTO analytics_db.projects
SELECT organization_id, project_id, name, aggregate_version, position FROM analytics_db.events
WHERE name IN ('ProjectCreated', 'ProjectDeleted', 'ProjectRestored');
