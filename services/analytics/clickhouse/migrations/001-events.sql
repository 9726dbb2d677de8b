-- Every public event is one row. Topic, partition and position stand in the row itself, so the table knows by itself which events it has.
-- No partitions: an insert is one part, all or nothing.
CREATE TABLE events (
  event_id UUID,
  name LowCardinality(String),
  topic LowCardinality(String),
  partition UInt16,
  position UInt64,
  organization_id String,
  project_id String,
  subject String,
  aggregate_version UInt32,
  at DateTime64(3, 'UTC'),
  actor_id String,
  task_id String,
  user_id String,
  assignee_id String,
  reporter_id String,
  status LowCardinality(String),
  category LowCardinality(String),
  sets_due UInt8,
  due_at Nullable(DateTime64(3, 'UTC')),
  created_at Nullable(DateTime64(3, 'UTC')),
  started_at Nullable(DateTime64(3, 'UTC')),
  completed_at Nullable(DateTime64(3, 'UTC')),
  correlation_id String,
  data String CODEC(ZSTD(1))
) ENGINE = ReplacingMergeTree ORDER BY (organization_id, project_id, at, event_id)
-- A row that a checkpoint counts on must outlive a loss of power.
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;
